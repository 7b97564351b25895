import Foundation
import Testing

extension EndToEnd {
    /// Peers that go away while much of what they sent has not been read.
    struct PeerGoneTests {
        /// ZMTP by hand: small messages with libzmq's heartbeats between them, then the connection is reset.
        private static let script = #"""
            import socket, struct, sys, time
            host, port, role, body, attempts = sys.argv[1], int(sys.argv[2]), sys.argv[3].encode(), sys.argv[4], int(sys.argv[5])
            def exactly(peer, count):
                got = b""
                while len(got) < count: got += peer.recv(count - len(got))
            def attack(count):
                peer = socket.create_connection((host, port), timeout=20)
                greeting = b"\xff" + b"\0" * 8 + b"\x7f\x03\x00" + b"NULL".ljust(20, b"\0") + b"\0" * 32
                peer.sendall(greeting)
                exactly(peer, 64)
                ready = b"\x05READY\x0bSocket-Type" + struct.pack(">I", len(role)) + role
                peer.sendall(b"\x04" + bytes([len(ready)]) + ready)
                peer.recv(200)
                ping = b"\x04PING\x00\x00xx"
                data = b""
                for number in range(count):
                    text = (body % number if "%" in body else body).encode()
                    if role == b"SUB": text = b"\x01" + text
                    else: data += b"\x01\x00"
                    data += b"\x00" + bytes([len(text)]) + text + b"\x04" + bytes([len(ping)]) + ping
                peer.sendall(data)
                peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                peer.close()
            for attempt in range(attempts):
                attack(400 if attempt % 2 else 4000)
                time.sleep(0.05)
            """#

        @Test(arguments: [
            ("door", "DEALER", #"{"op":"resume","stream":"q"}"#), ("history", "DEALER", #"{"since":0}"#),
            ("control", "DEALER", #"{"op":"status"}"#), ("feed", "SUB", "alarm/area/%06d/"),
        ])
        func `a peer that goes away while its messages and heartbeats wait stops nothing`(
            socket: String, role: String, body: String
        ) throws {
            let scratch = try Scratch()
            let platform = try RunningPlatform(in: scratch)
            let endpoint =
                switch socket {
                case "door": platform.ingest
                case "history": platform.history
                case "control": platform.control
                default: platform.feed
                }
            let port = try #require(endpoint.split(separator: ":").last)
            let attack = try run(
                "/usr/bin/env", ["python3", "-c", Self.script, "127.0.0.1", String(port), role, body, "20"],
                in: scratch,
                seconds: 120)
            #expect(attack.code == 0, "\(attack.errors)")
            #expect(try eventually { try platform.status().health != "" })
            let wire = try Wire(.req, platform.ingest)
            let event =
                #"{"id":"1","subject":"A","metric":"gas.lel","value":1,"unit":"%LEL","time":"2026-07-02T00:00:00Z"}"#
            #expect(try wire.ask(event)?["accepted"] as? Int == 1)
            #expect(platform.stop() == 0)
        }

        /// Lines that a process writes to a pipe, read only when asked for.
        private final class Pipe {
            let path: String
            private let descriptor: Int32
            private(set) var bytes: [UInt8] = []
            private(set) var lines = 0

            init(in scratch: Scratch) throws {
                path = scratch.path + "/pipe"
                #expect(mkfifo(path, 0o600) == 0)
                descriptor = open(path, O_RDONLY | O_NONBLOCK)
            }

            deinit { close(descriptor) }

            /// Whether more waits than the pipe takes, so that its writer waits too.
            var isFull: Bool {
                var waiting: Int32 = 0
                return ioctl(descriptor, UInt(FIONREAD), &waiting) == 0 && waiting > 60_000
            }

            /// Reads what waits.
            func drain() {
                var part = [UInt8](repeating: 0, count: 1 << 16)
                while case let count = read(descriptor, &part, part.count), count > 0 {
                    bytes += part.prefix(count)
                    lines += part.prefix(count).count { $0 == UInt8(ascii: "\n") }
                }
            }
        }

        @Test func `a listener that cannot print outlives the platform, and then prints every alarm once`() throws {
            let scratch = try Scratch()
            let platform = try RunningPlatform(in: scratch)
            let pipe = try Pipe(in: scratch)
            let listen = "\(Repository.executable) listen --json --feed \(platform.feed) --history \(platform.history)"
            let listener = try ChildProcess("/bin/sh", ["-c", "exec \(listen) > \(pipe.path)"], in: scratch)
            #expect(try eventually { try platform.status().feedHistoryRequests > 0 })
            func raise(_ subjects: Range<Int>) throws {
                let lines = subjects.map {
                    #"{"id":"\#($0)","subject":"\#($0)","metric":"gas.lel","value":55,"unit":"%LEL","area":"320213","#
                        + #""time":"2026-07-02T00:00:30+08:00"}"#
                }
                let wire = try Wire(.req, platform.ingest)
                #expect(try wire.ask(lines.joined(separator: "\n"))?["accepted"] as? Int == subjects.count)
            }
            // More than the listener's queue and the network hold.
            let alarms = 24_000
            for first in stride(from: 0, to: alarms, by: 8000) { try raise(first..<first + 8000) }
            #expect(try platform.settle())
            #expect(eventually { pipe.isFull })
            for _ in 0..<3 {
                platform.kill()
                try platform.start()
            }
            try raise(alarms..<alarms + 1)
            _ = eventually {
                pipe.drain()
                return pipe.lines > alarms || !listener.isRunning
            }
            let seqs = try pipe.bytes.split(separator: UInt8(ascii: "\n")).map {
                try (JSONSerialization.jsonObject(with: Data($0)) as? [String: Any])?["seq"] as? Int
            }
            #expect(listener.isRunning && seqs == Array(1...alarms + 1), "\(seqs.count): \(listener.errors)")
            #expect(platform.stop() == 0)
        }
    }
}
