import Events

/// How the rows of a CSV file become events: a row is one reading event with a reading for each metric column that is not
/// empty, or one report.
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

    /// A further field of the event, which rules declare under `input.fields`.
    public struct Field: Equatable, Sendable {
        public enum Kind: Equatable, Sendable {
            case string, int, double
        }

        /// What an event has itself, or the mapping says in another place.
        static let taken: Set = [
            "id", "source", "type", "subject", "time", "specversion", "datacontenttype", "data", "data_base64",
            "metric",
            "value", "unit", "quality", "area", "lon", "lat", "crs", "period", "category", "readings", "exercise",
        ]

        public var name: String
        public var column: String
        public var kind: Kind

        public init(name: String, column: String, kind: Kind = .string) {
            self.name = name
            self.column = column
            self.kind = kind
        }
    }

    public struct Place: Equatable, Sendable {
        /// Columns of decimal degrees.
        public var longitude: String
        public var latitude: String
        /// As in an event; empty for its default.
        public var system: String

        public init(longitude: String, latitude: String, system: String = "") {
            self.longitude = longitude
            self.latitude = latitude
            self.system = system
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
    /// Empty for reports.
    public var readings: [Reading] = []
    /// The kind of the reports, a text like `subject`; empty for readings.
    public var category = ""
    public var fields: [Field] = []
    public var place: Place?

    public init(time: TimePattern) { self.time = time }
}
