import Events

/// How the rows of a CSV file become events: one event a row, with one reading for each metric column that is not empty.
public struct Mapping: Equatable, Sendable {
    public struct Reading: Equatable, Sendable {
        public var column: String
        public var metric: String
        public var unit: String
        /// The cell is multiplied by this; 1 sends it as written.
        public var scale: Double

        public init(column: String, metric: String, unit: String, scale: Double = 1) {
            self.column = column
            self.metric = metric
            self.unit = unit
            self.scale = scale
        }
    }

    public var delimiter: UInt8 = UInt8(ascii: ",")
    public var source = ""
    /// Texts in which `{column}` is the row's cell, `{file}` the file's name without its ending, `{time}` the event's time.
    public var subject = ""
    public var area = ""
    public var id = "{subject}/{time}"
    /// Joined with a blank.
    public var timeColumns: [String] = []
    public var time: TimePattern
    /// Added to the time as written: an interval's beginning becomes its end.
    public var shift = TimeSpan.zero
    /// ISO 8601, for interval values; empty for instants.
    public var period = ""
    /// Cells that say "no value", besides the empty one.
    public var missing: [String] = []
    public var readings: [Reading] = []

    public init(time: TimePattern) { self.time = time }
}
