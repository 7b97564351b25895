internal import CSodium

/// `sha256:` and 64 hexadecimal digits of some bytes.
public func contentHash(_ bytes: some Collection<UInt8>) -> String {
    let input = Array(bytes)
    var digest = [UInt8](repeating: 0, count: Int(crypto_hash_sha256_BYTES))
    let done = crypto_hash_sha256(&digest, input, UInt64(input.count))
    precondition(done == 0, "SHA-256 has no failure")
    let hex = Array("0123456789abcdef".utf8)
    var text = Array("sha256:".utf8)
    for byte in digest {
        text.append(hex[Int(byte >> 4)])
        text.append(hex[Int(byte & 15)])
    }
    return String(decoding: text, as: UTF8.self)
}
