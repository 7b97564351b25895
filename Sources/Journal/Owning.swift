/// Work on a data directory that needs its lock and no open journal.
extension Journal {
    /// Runs the work while this process owns the data directory as an open journal does; the directory is made where there is
    /// none. The work leaves `journal/owner.lock` in its place. Throws `owned` where another process has it, before any work.
    public static func whileOwning<Result>(data: String, _ work: () throws -> Result) throws -> Result {
        try Files.makeDirectory(directory(data))
        let owner = try OwnerLock(directory(data) + "/owner.lock")
        return try withExtendedLifetime(owner, work)
    }
}
