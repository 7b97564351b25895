import Engine
import Events
import Foundation
import Ingest
import Journal
import RuleFiles

/// How the running rules change: files that came to rest, a reload, a named activation, a rollback.
extension Platform {
    func makeWatch(_ ingest: IngestServer) -> RuleWatch {
        RuleWatch(
            [configuration.rules, configuration.registry, configuration.metrics],
            read: { [configuration] in RuleSource.read(configuration) },
            take: { [self] reading in
                // What a person activated stays until the files of rules change.
                let answer = take(reading, ingest, rulesToo: reading.version != rules.now.taken)
                let isBusy = answer.code == "unavailable"
                complaints.note(
                    "rules",
                    isBusy ? "the files on disk do not run yet, they are tried again: \(answer.findings ?? "")" : nil)
                if isBusy { return false }
                if let findings = answer.findings {
                    log.error("the rules on disk do not run", metadata: ["why": "\(findings)"])
                } else if answer.changed > 0 {
                    log.notice(
                        "rules and registry from disk run",
                        metadata: [
                            "version": "\(answer.ruleSet)", "subjects": "\(rules.now.registry.subjects.count)",
                            "differences": "\(answer.differences.joined(separator: "; "))",
                        ])
                }
                return true
            },
            noteCut: { [self] isCut in
                complaints.note(
                    "rule files",
                    isCut
                        ? "over \(DirectoryScan.maximumEntries) files and folders beside the rules: changes in the last of them are not seen; remove what is no rule"
                        : nil)
            })
    }

    /// Reads the directories now. Where activation is named, rules stay and registry and catalogue follow.
    func reload(_ ingest: IngestServer) -> RulesAnswer {
        var answer = take(RuleSource.read(configuration), ingest, rulesToo: configuration.activation == .watched)
        let disk = rules.now.diskVersion
        if answer.ok, configuration.activation == .named, !disk.isEmpty, disk != answer.ruleSet {
            answer.note = "the rules on disk are others, and activation is named: fenghuo rules activate makes them run"
        }
        return answer
    }

    private func take(_ reading: RuleSource.Reading, _ ingest: IngestServer, rulesToo: Bool) -> RulesAnswer {
        note(reading)
        return answer { () throws(PlatformError) in
            let (ruleSet, registry, catalogue) = try RuleSource.parts(reading, rulesToo: rulesToo, configuration)
            return try rules.propose(by: nil) {
                adopt(catalogue, ingest)
                if ruleSet != nil { rules.note(taken: reading.version) }
            } choose: { (running) throws(PlatformError) in
                if let mismatch = RuleSource.mismatch(ruleSet ?? running.ruleSet, catalogue.rows) {
                    complaints.note("catalogue", "not taken: \(mismatch)")
                    throw .configuration(mismatch)
                }
                return (ruleSet, registry)
            }
        }
    }

    /// Makes a catalogue that the rules fit the one that senders are held to.
    private func adopt(_ catalogue: RuleSource.Catalogue, _ ingest: IngestServer) {
        complaints.note("catalogue", nil)
        guard catalogue.rows != rules.now.metrics else { return }
        RuleSource.keep(catalogue, configuration)
        rules.note(metrics: catalogue.rows)
        showView(to: ingest)
    }

    /// Where rules are activated by name, a directory that could not run is no complaint.
    func note(_ reading: RuleSource.Reading) {
        switch (configuration.activation, reading.source) {
        case (.watched, _), (.named, .success): rules.note(disk: reading.disk)
        case (.named, .failure): rules.note(disk: .unread)
        }
    }

    /// Makes the files that came with the request the running set, on the record of a person.
    func activate(_ request: ControlRequest, _ ingest: IngestServer) -> RulesAnswer {
        guard let named = named(request) else { return RulesAnswer(nameless: "activation") }
        let files = (request.files ?? []).map { RuleSet.File(path: $0.path, text: $0.text) }
        return answer { () throws(PlatformError) in
            let catalogue = try RuleSource.catalogue(configuration)
            let ruleSet = try RuleSource.load(files: files, catalogue, configuration)
            return try rules.propose(ruleSet, nil, by: named) {
                adopt(catalogue, ingest)
                rules.note(taken: rules.now.diskVersion)
            }
        }.noted(watched: configuration, disk: rules.now.diskVersion)
    }

    /// Makes an earlier set of the journal the running one again.
    func rollback(_ request: ControlRequest, _ ingest: IngestServer) -> RulesAnswer {
        guard let named = named(request) else { return RulesAnswer(nameless: "rollback") }
        return answer { () throws(PlatformError) in
            var catalogue: RuleSource.Catalogue?
            return try rules.propose(by: named) {
                if let catalogue { adopt(catalogue, ingest) }
                rules.note(taken: rules.now.diskVersion)
            } choose: { (running) throws(PlatformError) in
                let earlier = try earlier(than: running.ruleSet.version, to: request.to)
                if let mismatch = RuleSource.mismatch(earlier, running.metrics) {
                    let read = try RuleSource.catalogue(configuration)
                    guard RuleSource.mismatch(earlier, read.rows) == nil else { throw .configuration(mismatch) }
                    catalogue = read
                }
                return (earlier.activated(named, timing: configuration.timing), nil)
            }
        }.noted(watched: configuration, disk: rules.now.diskVersion)
    }

    private func named(_ request: ControlRequest) -> RuleSet.Activation? {
        guard let by = request.by, let why = request.why, by.isPlain, why.isPlain, !by.isBlank, !why.isBlank,
            (1...OperatorRequest.maximumName).contains(by.utf8.count), (1...Limits.textBytes).contains(why.utf8.count)
        else { return nil }
        return RuleSet.Activation(by: by, why: why)
    }

    /// The newest journaled set that differs from the running one and, where given, begins with the version.
    private func earlier(than running: String, to version: String?) throws(PlatformError) -> RuleSet {
        let records: [RuleSetRecord]
        do throws(JournalError) {
            records = try RuleSetRecord.newest(of: configuration.data)
        } catch {
            throw .stopped("the journal cannot be read: \(error)")
        }
        guard let found = records.first(where: { $0.ruleSet.version != running && $0.matches(version) }) else {
            throw .configuration(
                version.map { "no earlier rule set \($0) among the last \(RuleSetRecord.maximum) of the journal" }
                    ?? "the journal holds no earlier rule set")
        }
        return found.ruleSet
    }

    private func answer(_ change: () throws(PlatformError) -> RuleDesk.Outcome) -> RulesAnswer {
        do throws(PlatformError) {
            let outcome = try change()
            return RulesAnswer(
                ok: true, changed: outcome.changed, ruleSet: outcome.ruleSet, previous: outcome.previous,
                added: outcome.added, removed: outcome.removed, subjects: outcome.subjects, position: rules.now.position
            )
        } catch {
            var answer = RulesAnswer(ok: false, findings: "\(error)")
            (answer.ruleSet, answer.previous) = (rules.now.ruleSet.version, rules.now.ruleSet.version)
            switch error {
            case .configuration: answer.code = "invalid"
            case .start, .stopped: answer.code = "unavailable"
            }
            return answer
        }
    }
}

extension RulesAnswer {
    /// Where the directory is watched, what a person chose lasts only as long as its files are not read again.
    fileprivate func noted(watched configuration: Configuration, disk: String) -> Self {
        var answer = self
        if ok, configuration.activation == .watched, !disk.isEmpty, disk != ruleSet {
            answer.note =
                "activation is watched: the files in \(configuration.rules) run again when they change, with fenghuo reload and "
                + "at the next start; put them right, or set activation: named"
        }
        return answer
    }

    fileprivate init(nameless what: String) {
        self.init(
            ok: false, code: "refused",
            findings:
                "a rule set's \(what) needs 'by' in 1…\(OperatorRequest.maximumName) bytes and 'why' in 1…\(Limits.textBytes), both "
                + "more than blanks and without control characters")
    }
}
