import Glibc

/// Says which case was running when the process traps, loops or takes too much memory: then nothing else can.
enum Watch {
    /// Seconds of one case: the slowest takes one.
    private static let seconds: UInt32 = 60
    /// Bytes of address space: a count read from the input must not be believed.
    private static let memory: rlim_t = 8 << 30

    private nonisolated(unsafe) static let text = UnsafeMutablePointer<CChar>.allocate(capacity: 512)
    private nonisolated(unsafe) static var length = 0

    static func begin() {
        var limit = rlimit(rlim_cur: memory, rlim_max: memory)
        setrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit)
        // A stack that ran over has no room for a handler.
        var stack = stack_t()
        stack.ss_sp = .allocate(byteCount: 1 << 16, alignment: 16)
        stack.ss_size = 1 << 16
        sigaltstack(&stack, nil)
        var action = sigaction()
        action.__sigaction_handler.sa_handler = { signal in
            write(1, Watch.text, Watch.length)
            // On a machine that is busy enough a case that takes a second may, too.
            let late: StaticString = "It did not end within 60 s.\n"
            if signal == SIGALRM { write(1, late.utf8Start, late.utf8CodeUnitCount) }
            _exit(1)
        }
        action.sa_flags = Int32(SA_ONSTACK)
        for signal in [SIGILL, SIGTRAP, SIGSEGV, SIGBUS, SIGABRT, SIGFPE, SIGALRM] { sigaction(signal, &action, nil) }
    }

    static func announce(_ line: String) {
        var line = line
        line.withUTF8 { bytes in
            length = min(bytes.count, 512)
            if let base = bytes.baseAddress { memcpy(text, base, length) }
        }
        alarm(seconds)
    }
}
