import CSodium
import Events
import Synchronization

/// The keys that restricted fields are encrypted with: one a calendar month (UTC+8) of `received`, one file each.
///
/// Files are `<data>/keys/<key id>.key`, 32 bytes and their BLAKE2b-256 (without it before 2026-11-29), mode 0600, durable before their
/// first use. The same id never names two keys: a month whose key was erased (which leaves a `.erased` file), or lost or damaged while
/// rows name it, goes on with `2026-11-2`.
public final class KeyStore: Sendable {
    static let keyBytes = Int(crypto_aead_xchacha20poly1305_ietf_KEYBYTES)
    static let nonceBytes = Int(crypto_aead_xchacha20poly1305_ietf_NPUBBYTES)
    static let tagBytes = Int(crypto_aead_xchacha20poly1305_ietf_ABYTES)
    private static let ready: Bool = sodium_init() >= 0

    private let directory: String
    private let cached = Mutex<[String: [UInt8]]>([:])
    /// Id of the key used last for each month: the journal is searched once, not for each batch after a key was lost.
    private let chosen = Mutex<[String: String]>([:])

    /// Keys of the data directory that also holds `journal/`; nothing is created yet.
    public init(data: String) {
        precondition(Self.ready, "libsodium could not start")
        directory = data + "/keys"
    }

    /// Destroys a key: the fields encrypted with it can never be read again, the chain stays whole.
    public func erase(_ id: String) throws(JournalError) {
        guard Self.isValid(id) else { throw .failed(path: directory, attempted: "erasing", reason: "no key id: \(id)") }
        cached.withLock { $0[id] = nil }
        if Files.size(erased(id)) == nil { try Files.create(erased(id), [], mode: 0o600) }
        try Files.remove(path(id))
        try Files.sync(directory)
    }

    /// Ids of the keys that exist, in the order of their files' names.
    public func ids() throws(JournalError) -> [String] {
        try Files.names(directory).filter { $0.hasSuffix(".key") }.map { String($0.dropLast(4)) }
    }

    /// The id of the key for a moment, created and durable when this returns. `isNamed`: whether rows of the journal name the key, which is
    /// asked before one is created; nil where a segment that may name it cannot be read. `position`: of the row, which no row has named.
    func current(
        _ received: Timestamp, position: Int64, isNamed: (String) throws(JournalError) -> Bool?
    ) throws(JournalError) -> String {
        let month = Self.month(received)
        if let id = chosen.withLock({ $0[month] }), try isThere(id) { return id }
        let id = try find(month, position, isNamed)
        chosen.withLock { $0[month] = id }
        return id
    }

    private func find(
        _ month: String, _ position: Int64, _ isNamed: (String) throws(JournalError) -> Bool?
    ) throws(JournalError) -> String {
        var id = month
        var number = 1
        search: while true {
            if Files.size(erased(id)) == nil {
                if try isThere(id) { return id }
                // One that is there and cannot be read is nobody else's.
                let isTaken = Files.size(path(id)) != nil
                do { if !isTaken { try requireWritable() } } catch {
                    guard let other = try another(month) else { throw error }
                    return other
                }
                switch isTaken ? true : try isNamed(id) {
                case false?: break search
                case true?: break
                case nil:
                    if let other = try another(month) { return other }
                    // The numbers of keys are lower than the positions of the rows that name them.
                    id = "\(month)-\(position)"
                    break search
                }
            }
            number += 1
            id = "\(month)-\(number)"
        }
        var bytes = [UInt8](repeating: 0, count: Self.keyBytes)
        randombytes_buf(&bytes, bytes.count)
        try keep(bytes, id)
        return id
    }

    /// A key of the month that is there, but for its first.
    private func another(_ month: String) throws(JournalError) -> String? {
        for id in try ids().reversed() where id.hasPrefix(month + "-") {
            if try isThere(id) { return id }
        }
        return nil
    }

    /// Before the journal is searched, which takes long: where no key can be made, that is asked for again and again.
    private func requireWritable() throws(JournalError) {
        try Files.makeDirectory(directory)
        let probe = directory + "/probe"
        try Files.remove(probe)
        try Files.create(probe, [], mode: 0o600)
        try Files.remove(probe)
    }

    /// Encrypts for one journal position (bound to it): nonce, then ciphertext with tag.
    func seal(_ plain: [UInt8], key id: String, position: Int64) throws(JournalError) -> [UInt8] {
        guard let key = try key(id) else { throw .failed(path: path(id), attempted: "reading", reason: "no such key") }
        var nonce = [UInt8](repeating: 0, count: Self.nonceBytes)
        randombytes_buf(&nonce, nonce.count)
        var sealed = [UInt8](repeating: 0, count: plain.count + Self.tagBytes)
        let bound = Self.bound(position)
        let status = crypto_aead_xchacha20poly1305_ietf_encrypt(
            &sealed, nil, plain, UInt64(plain.count), bound, UInt64(bound.count), nil, nonce, key)
        precondition(status == 0, "encryption refused its own parameters")
        return nonce + sealed
    }

    /// Whether the key was destroyed by `erase`.
    func isErased(_ id: String) -> Bool { Self.isValid(id) && Files.size(erased(id)) != nil }

    /// Whether it was not erased, and is not there as it was made.
    func isMissing(_ id: String) -> Bool {
        guard Self.isValid(id), !isErased(id) else { return false }
        do { return try key(id) == nil } catch { return true }
    }

    /// The plain bytes; nil where the key is erased or missing.
    func open(_ blob: [UInt8], key id: String, position: Int64) throws(CodecFailure) -> [UInt8]? {
        guard Self.isValid(id) else { throw CodecFailure("a broken key id", at: 0) }
        // What cannot be read now is as good as missing: it is no damage of the row.
        guard let key = try? key(id) else { return nil }
        let size = blob.count - Self.nonceBytes - Self.tagBytes
        guard size >= 0 else { throw CodecFailure("restricted fields too short", at: 0) }
        let nonce = Array(blob.prefix(Self.nonceBytes))
        let sealed = Array(blob.dropFirst(Self.nonceBytes))
        var plain = [UInt8](repeating: 0, count: size)
        let bound = Self.bound(position)
        let status = crypto_aead_xchacha20poly1305_ietf_decrypt(
            &plain, nil, nil, sealed, UInt64(sealed.count), bound, UInt64(bound.count), nonce, key)
        guard status == 0 else { throw CodecFailure("restricted fields that do not fit their key", at: 0) }
        return plain
    }

    /// `2026-11` in UTC+8.
    static func month(_ received: Timestamp) -> String { String(received.formatted(offsetMinutes: 480).prefix(7)) }

    /// Whether the key is known, and on disk, where it is put back if it is only known here.
    private func isThere(_ id: String) throws(JournalError) -> Bool {
        let known: [UInt8]?
        do { known = try key(id) } catch { return false }
        guard let known else { return false }
        let kept: [UInt8]?
        // What cannot be looked at now (no descriptor is left, another user's) was durable before its first use.
        do { kept = try stored(id) } catch { return true }
        // Also where it was changed under us.
        if kept != known {
            try Files.makeDirectory(directory)
            try keep(known, id)
        }
        return true
    }

    private func keep(_ key: [UInt8], _ id: String) throws(JournalError) {
        try Files.replace(path(id), with: [key, Digest(of: key).bytes])
    }

    private func key(_ id: String) throws(JournalError) -> [UInt8]? {
        guard Files.size(erased(id)) == nil else {
            cached.withLock { $0[id] = nil }
            return nil
        }
        if let key = cached.withLock({ $0[id] }) { return key }
        guard let key = try stored(id) else { return nil }
        cached.withLock { $0[id] = key }
        return key
    }

    /// As it is on disk; nil where it is not there, or damaged.
    private func stored(_ id: String) throws(JournalError) -> [UInt8]? {
        guard let kept = try Files.read(path(id), upTo: Self.keyBytes + 33), kept.count >= Self.keyBytes else {
            return nil
        }
        let key = Array(kept.prefix(Self.keyBytes))
        let sum = Array(kept.dropFirst(Self.keyBytes))
        return sum.isEmpty || sum == Digest(of: key).bytes ? key : nil
    }

    private static func bound(_ position: Int64) -> [UInt8] { withUnsafeBytes(of: position.littleEndian) { Array($0) } }

    /// Only digits and dashes: an id from a damaged row never leaves the directory.
    private static func isValid(_ id: String) -> Bool {
        !id.isEmpty && id.utf8.count <= 32 && id.utf8.allSatisfy { $0 == 45 || $0 &- 48 <= 9 }
    }

    private func path(_ id: String) -> String { "\(directory)/\(id).key" }
    private func erased(_ id: String) -> String { "\(directory)/\(id).erased" }
}
