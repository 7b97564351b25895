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
    }
}
