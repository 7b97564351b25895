import AlertStore
import Foundation

/// Answers a history request from the store: JSON in, JSON out; bad input gets a coded answer.
public struct HistoryAnswer: Sendable {
    /// Why a request was refused; the names are the codes on the wire.
    public enum Refusal: String, Error, Sendable, CaseIterable {
        case tooLarge = "too_large"
        case malformed
        case invalidSince = "invalid_since"
        case invalidLimit = "invalid_limit"
        case tooManyTopics = "too_many_topics"
        /// The store was made anew: forget what was kept and ask since 0.
        case epochChanged = "epoch_changed"
        /// The store could not be read; ask again later.
        case unavailable
        /// Too many requests of one client wait.
        case busy
        /// What is stored was changed on disk: nothing after `since` is told.
        case damaged

        var zh: String {
            switch self {
            case .tooLarge: "请求过大"
            case .malformed: "请求须为 JSON 对象:since 必填,可有 limit、topics、epoch,不得有其他键"
            case .invalidSince: "since 须为不小于 0 且不超过最新序号的整数"
            case .invalidLimit: "limit 须在 1 到 \(StoreBounds.pageRows) 之间"
            case .tooManyTopics: "主题不得超过 \(HistoryRequest.maximumTopics) 个"
            case .epochChanged: "报警库已重建,请从 since 0 重新查询"
            case .unavailable: "暂时无法读取报警库,请稍后重试"
            case .busy: "本客户端待答的请求过多,请稍后重试"
            case .damaged: "报警库已损坏,见平台状态"
            }
        }

        var en: String {
            switch self {
            case .tooLarge: "at most \(HistoryRequest.maximumBytes) bytes"
            case .malformed:
                "a request is a JSON object with since, a number, and where wanted limit, topics, epoch; no other key"
            case .invalidSince: "since is a whole number from 0 to the newest sequence"
            case .invalidLimit: "limit is 1 to \(StoreBounds.pageRows)"
            case .tooManyTopics: "at most \(HistoryRequest.maximumTopics) topics"
            case .epochChanged: "the store was made anew: ask since 0"
            case .unavailable: "the store cannot be read now: ask again later"
            case .busy: "too many requests of yours wait: ask again later"
            case .damaged: "the alert store is damaged: see the platform's status"
            }
        }
    }

    /// Any value.
    private struct AnyKey: Decodable { init(from decoder: any Decoder) {} }

    private let reader: AlertReader
    private let epoch: String

    public init(reader: AlertReader, epoch: String) {
        self.reader = reader
        self.epoch = epoch
    }

    /// `head`: the newest committed sequence. The answer covers everything after `since` up to `next`; `leaves` names
    /// the domain topic of each of `notices`.
    public func answer(_ request: [UInt8], head: Int64) -> (json: String, refusal: Refusal?) {
        do {
            return (try page(request, head: head), nil)
        } catch {
            return refused(error, head: head)
        }
    }

    /// The answer to a message that is no request.
    func refused(_ refusal: Refusal, head: Int64) -> (json: String, refusal: Refusal?) {
        let json =
            #"{"ok":false,"code":"\#(refusal.rawValue)","epoch":"\#(epoch)","head":\#(head),"#
            + #""zh":"\#(refusal.zh)","en":"\#(refusal.en)"}"#
        return (json, refusal)
    }

    private func page(_ bytes: [UInt8], head: Int64) throws(Refusal) -> String {
        let request = try checked(bytes, head: head)
        do {
            let page = try reader.notices(
                since: request.since, topics: request.topics ?? [], limit: request.limit ?? StoreBounds.pageRows)
            let bodies = page.notices.map(\.body).joined(separator: ",")
            let leaves = page.notices.map { #""\#($0.leaf.topics[0])""# }.joined(separator: ",")
            return #"{"ok":true,"epoch":"\#(epoch)","head":\#(max(head, page.next)),"next":\#(page.next),"#
                + #""more":\#(page.more),"leaves":[\#(leaves)],"notices":[\#(bodies)]}"#
        } catch .changed {
            throw .damaged
        } catch {
            throw .unavailable
        }
    }

    private func checked(_ bytes: [UInt8], head: Int64) throws(Refusal) -> HistoryRequest {
        guard bytes.count <= HistoryRequest.maximumBytes else { throw .tooLarge }
        let request: HistoryRequest
        do {
            request = try JSONDecoder().decode(HistoryRequest.self, from: Data(bytes))
            // A misspelt key would be answered as if nothing had been asked for.
            let given = try JSONDecoder().decode([String: AnyKey].self, from: Data(bytes)).keys
            guard given.allSatisfy({ HistoryRequest.CodingKeys(rawValue: $0) != nil }) else { throw Refusal.malformed }
        } catch {
            throw .malformed
        }
        if let asked = request.epoch, asked != epoch { throw .epochChanged }
        guard (0...head).contains(request.since) else { throw .invalidSince }
        if let limit = request.limit, !(1...StoreBounds.pageRows).contains(limit) { throw .invalidLimit }
        guard request.topics?.count ?? 0 <= HistoryRequest.maximumTopics else { throw .tooManyTopics }
        return request
    }
}
