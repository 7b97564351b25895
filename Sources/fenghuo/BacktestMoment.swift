import ArgumentParser
import CivilTime
import Events

/// A moment of recorded events as operators write it: `30d` back from the last one, or RFC 3339 with its zone.
enum BacktestMoment: ExpressibleByArgument {
    case back(TimeSpan)
    case at(Timestamp)

    init?(argument text: String) {
        if let span = TimeSpan(parsing: text) {
            self = .back(span)
            return
        }
        do throws(RFC3339.Failure) {
            let moment = try RFC3339.parse(text)
            self = .at(Timestamp(microseconds: Int64(moment.seconds) * 1_000_000 + Int64(moment.nanoseconds / 1000)))
        } catch {
            return nil
        }
    }

    func time(end: Timestamp) -> Timestamp {
        switch self {
        case .back(let span): end - span
        case .at(let moment): moment
        }
    }
}
