import Events

/// What is known of subjects beforehand: where they are, what they are called, which limits hold for them.
public struct Registry: Equatable, Sendable {
    public struct Subject: Equatable, Sendable {
        public var id: String
        public var name: Rule.Bilingual
        /// Empty where unknown; wins over the event's.
        public var area: String
        /// Degrees, CGCS2000; NaN where unknown.
        public var longitude: Double
        public var latitude: Double
        public var unit: String
        /// Ascending by name: `l`, `ll`, `h`, `hh`, `capacity`, ….
        public var limits: [Limit]
        /// Major hazard source by GB 18218-2018: 1 (一级, the worst) … 4; 0: none.
        public var grade: UInt8
        /// People exposed; 0 where unknown.
        public var population: Int64
        /// An address or other words for the place.
        public var place: String
        /// The unit that answers for it.
        public var owner: String
        /// What a city adds, ascending by name; expressions read those that their rule declares.
        public var columns: [Column]

        public init(
            id: String, name: Rule.Bilingual = .init(zh: "", en: ""), area: String = "", longitude: Double = .nan,
            latitude: Double = .nan, unit: String = "", limits: [Limit] = [], grade: UInt8 = 0,
            population: Int64 = 0, place: String = "", owner: String = "", columns: [Column] = []
        ) {
            self.id = id
            self.name = name
            self.area = area
            self.longitude = longitude
            self.latitude = latitude
            self.unit = unit
            self.limits = limits.sorted { $0.name < $1.name }
            self.grade = grade
            self.population = population
            self.place = place
            self.owner = owner
            self.columns = columns.sorted { $0.name < $1.name }
        }

        public static func == (a: Self, b: Self) -> Bool {
            a.id == b.id && a.name == b.name && a.area == b.area && a.longitude.bitPattern == b.longitude.bitPattern
                && a.latitude.bitPattern == b.latitude.bitPattern && a.unit == b.unit && a.limits == b.limits
                && a.grade == b.grade && a.population == b.population && a.place == b.place && a.owner == b.owner
                && a.columns == b.columns
        }
    }

    public struct Limit: Equatable, Sendable {
        public var name: String
        public var value: Double

        public init(name: String, value: Double) {
            self.name = name
            self.value = value
        }
    }

    /// A further fact about a subject: a text, and the number that it is.
    public struct Column: Equatable, Sendable {
        public let name: String
        public let text: String
        /// NaN where the text is no number.
        let number: Double

        public init(name: String, text: String) {
            self.name = name
            self.text = text
            // Hexadecimal, infinite and NaN are texts here.
            let isPlain = text.utf8.allSatisfy { (48...57).contains($0) || [43, 45, 46, 69, 101].contains($0) }
            let number = isPlain ? Double(text) ?? .nan : .nan
            self.number = number.isFinite ? number : .nan
        }

        public static func == (a: Self, b: Self) -> Bool { a.name == b.name && a.text == b.text }
    }

    public struct Area: Equatable, Sendable {
        public var code: String
        public var name: Rule.Bilingual
        /// Inhabitants; 0 where unknown.
        public var population: Int64

        public init(code: String, name: Rule.Bilingual, population: Int64 = 0) {
            self.code = code
            self.name = name
            self.population = population
        }
    }

    /// Most people of one subject or area: ten times a large country's, so that sums of areas stay exact.
    public static let populations: ClosedRange<Int64> = 0...10_000_000_000

    /// Ascending by id.
    public let subjects: [Subject]
    /// Ascending by code.
    public let areas: [Area]

    public init(subjects: [Subject] = [], areas: [Area] = []) {
        self.subjects = subjects.sorted { $0.id < $1.id }
        self.areas = areas.sorted { $0.code < $1.code }
    }

    public static let empty = Registry()

    public func subject(_ id: String) -> Subject? { index(of: id).map { subjects[$0] } }

    /// By bytes, as keys are told apart: strings are also equal that only look so.
    func index(of id: String) -> Int? {
        var index = Self.lowerBound(subjects.count) { subjects[$0].id < id }
        while index < subjects.count, subjects[index].id == id {
            if subjects[index].id.utf8.elementsEqual(id.utf8) { return index }
            index += 1
        }
        return nil
    }

    /// The area with this code, or the nearest above it that is known (12 → 9 → 6 → 4 digits).
    public func area(_ code: String) -> Area? {
        for length in [14, 12, 9, 6, 4] where code.utf8.count >= length {
            for candidate in [String(code.prefix(length)), Self.extended(code, length)] {
                let index = Self.lowerBound(areas.count) { areas[$0].code < candidate }
                if index < areas.count, areas[index].code == candidate { return areas[index] }
            }
        }
        return nil
    }

    private static func extended(_ code: String, _ length: Int) -> String {
        let head = code.prefix(length)
        let full = length <= 6 ? 6 : length <= 9 ? 9 : 12
        return head + String(repeating: "0", count: Swift.max(0, full - length))
    }

    private static func lowerBound(_ count: Int, _ isBefore: (Int) -> Bool) -> Int {
        var low = 0
        var high = count
        while low < high {
            let middle = (low + high) / 2
            if isBefore(middle) { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
