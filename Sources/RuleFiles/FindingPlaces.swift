import StrictYAML

/// Findings name files as the user named them: editors jump to `DIR/domain/x.yml:line:col`.
extension Finding {
    /// With the directory before a path that is relative to it.
    func under(_ directory: String) -> Finding {
        guard path != directory else { return self }
        var placed = self
        placed.path = joined(directory, path)
        return placed
    }
}

/// `rules` and `gas/x.yml` give `rules/gas/x.yml`; the directory as the user wrote it, without slashes at its end.
func joined(_ directory: String, _ path: String) -> String {
    var root = Substring(directory)
    while root.count > 1, root.hasSuffix("/") { root = root.dropLast() }
    return root == "/" ? "/" + path : root + "/" + path
}
