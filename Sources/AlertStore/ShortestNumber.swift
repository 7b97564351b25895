extension Double {
    /// The shortest text that reads back the same, without locale and without a trailing `.0`; a dash for no number.
    var shortest: String {
        guard isFinite else { return "—" }
        let text = description
        return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
    }
}
