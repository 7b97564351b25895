import Testing

@testable import Ingest

@Suite struct PlaceTests {
    /// Wuxi and the corners of the shifted region.
    static let places: [(Double, Double)] = [(120.3051, 31.5747), (87.6, 43.8), (109.5, 18.25), (127.5, 50.2)]

    @Test(arguments: places) func `a shifted place comes back within a tenth of a metre`(lon: Double, lat: Double) {
        let place = Coordinates.Place(longitude: lon, latitude: lat)
        let gcj = Coordinates.gcj02(from: place)
        let metres = abs(gcj.longitude - lon) * 95_000 + abs(gcj.latitude - lat) * 111_000
        #expect((50...1500).contains(metres))
        let bd = Coordinates.bd09(fromGCJ02: gcj)
        for back in [Coordinates.toCGCS2000(gcj, from: .gcj02), Coordinates.toCGCS2000(bd, from: .bd09)] {
            #expect(abs(back.longitude - lon) < 1e-6 && abs(back.latitude - lat) < 9e-7)
        }
    }

    @Test func `outside China nothing is shifted`() {
        let paris = Coordinates.Place(longitude: 2.35, latitude: 48.86)
        #expect(Coordinates.gcj02(from: paris) == paris)
    }

    @Test func `periods are read whole or not at all`() {
        func read(_ text: String) -> Int32? { Array(text.utf8).withUnsafeBytes { periodSeconds($0) } }
        #expect(read("PT1H") == 3600 && read("P1DT12H") == 129_600 && read("PT1H30M5S") == 5405)
        for text in ["P", "PT", "PT0S", "P1H", "1H", "PT1H1H", "PT1M1H", "PT-1H", "PT1.5H", "P1DT", "P1M", "PT1"] {
            #expect(read(text) == nil, "\(text)")
        }
    }
}
