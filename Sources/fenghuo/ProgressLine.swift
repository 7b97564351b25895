import Foundation

/// One line on standard error that is written over; where that is no terminal, a line now and then of work that lasts.
final class ProgressLine {
    private let isTerminal = isatty(2) == 1
    /// Seconds between lines that stay.
    private let pause: Double
    private var last: Date
    private var isShown = false

    /// `pause`: of lines that stay, where standard error is no terminal; nil for none.
    init(pause: Double? = nil) {
        self.pause = pause ?? .infinity
        last = isTerminal ? .distantPast : Date()
    }

    func show(_ text: @autoclosure () -> String) {
        guard Date().timeIntervalSince(last) > (isTerminal ? 0.1 : pause) else { return }
        last = Date()
        guard isTerminal else { return write(text() + "\n") }
        isShown = true
        write("\r\u{1B}[2K" + text())
    }

    func end() { if isShown { write("\r\u{1B}[2K") } }

    private func write(_ text: String) { FileHandle.standardError.write(Data(text.utf8)) }
}
