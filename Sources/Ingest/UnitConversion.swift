import Events

extension Metric {
    /// The units it takes, for an answer.
    var accepted: String { ([unit] + conversions.map(\.unit)).joined(separator: ", ") }
}

extension IngestView {
    /// Brings a reading of a listed metric to its canonical unit and says whether it is a sentinel or outside the plausible range;
    /// nil where the unit is not one that the metric takes.
    func convert(_ reading: inout EventDraft.Reading, _ number: Int) -> Bool? {
        let usual = usual[number]
        let sent = reading.value
        if reading.unit.equals(usual.unit), !usual.hasSentinels {
            return !sent.isNaN && !(sent >= usual.least && sent <= usual.greatest)
        }
        return convert(&reading, to: usual.unit, catalogue[number])
    }

    private func convert(_ reading: inout EventDraft.Reading, to canonical: Text, _ metric: Metric) -> Bool? {
        let sent = reading.value
        if !reading.unit.equals(canonical) {
            let name = reading.unit.string
            guard let conversion = metric.conversions.first(where: { $0.unit == name }) else {
                guard reading.unit.isAbsent, metric.unit == "1" else { return nil }
                reading.unit = canonical
                return isImplausible(metric, sent, sent)
            }
            reading.value = sent * conversion.scale + conversion.offset
            reading.unit = canonical
        }
        return isImplausible(metric, sent, reading.value)
    }

    private func isImplausible(_ metric: Metric, _ sent: Double, _ value: Double) -> Bool {
        if sent.isNaN { return false }
        if !metric.sentinels.isEmpty, metric.sentinels.contains(sent) { return true }
        guard let plausible = metric.plausible else { return !value.isFinite }
        return !plausible.contains(value)
    }
}
