import CZeroMQ

/// A socket or thread call that failed: what was attempted, on what, why, and what to do.
public struct MessagingError: Error, Equatable, Sendable, CustomStringConvertible {
    public var attempt: String
    public var endpoint: String
    public var code: Int32

    init(_ attempt: String, _ endpoint: String = "", code: Int32 = fz_errno()) {
        self.attempt = attempt
        self.endpoint = endpoint
        self.code = code
    }

    /// Whether the endpoint is written wrongly, so that no time or machine would make it work.
    public var isUnusableEndpoint: Bool { !endpoint.isEmpty && (code == EINVAL || code == EPROTONOSUPPORT) }

    public var description: String {
        let on = endpoint.isEmpty ? "" : " \(endpoint)"
        return "cannot \(attempt)\(on): \(String(cString: zmq_strerror(code)))\(advice)"
    }

    private var advice: String {
        switch code {
        case EADDRINUSE: "; another process has this endpoint: stop it or configure another port"
        case EEXIST: "; a file that is no socket is there: name another path"
        case EACCES, EPERM: "; this user may not open it: choose a port above 1023 or a directory it may write to"
        case EADDRNOTAVAIL, ENODEV: "; no interface of this machine has that address"
        case EINVAL, EPROTONOSUPPORT: "; write tcp://ADDRESS:PORT or ipc://PATH"
        case EMFILE: "; raise the limit on open files (ulimit -n)"
        default: ""
        }
    }
}
