import TestSupport
import Testing

extension EndToEnd {
    /// Reports as offices published them. What each test expects was worked out from the files by other means.
    struct RealReportTests {
        /// May and June 2008, the whole world. Within 18 to 54° N and 73 to 135° E: Wenchuan, 7.9, on 05-12 with seven after-shocks up
        /// to 6.1 by the 17th; 6.1 on 05-25; 6.3 on 06-01; all others are below 6. Three days of UTC are looked at.
        ///
        /// The greatest number of quakes within 50 km of one and at most a day before it is 3 on 05-07 and 4 on 05-08 (Ibaraki),
        /// 3 and then 5 on 05-12 (Wenchuan), 3 on 06-03 (Flores) and 3 on 06-28 (Nicobar); elsewhere it is 2 at most.
        @Test(.enabled(if: SharedData.has("earthquake/earthquakes_1965_2016_m5.5plus.csv")))
        func `Wenchuan raises to red, and after-shocks close together are seen`() throws {
            let sent = try RealInput.send(
                "earthquake/earthquakes_1965_2016_m5.5plus.csv", map: "earthquake.yml", from: "2008-05-01T00:00:00Z",
                until: "2008-07-01T00:00:00Z")
            #expect(
                sent.said("quake-strong", zone: 0, keys: false) == [
                    "2008-05-12T00:00:00Z raised red", "2008-05-15T00:00:00Z resolved",
                    "2008-05-25T00:00:00Z raised yellow", "2008-05-28T00:00:00Z resolved",
                    "2008-06-01T00:00:00Z raised yellow", "2008-06-04T00:00:00Z resolved",
                ])
            #expect(
                sent.said("quake-cluster", zone: 0, keys: false) == [
                    "2008-05-07T00:00:00Z raised yellow", "2008-05-09T00:00:00Z resolved",
                    "2008-05-12T00:00:00Z raised yellow", "2008-05-12T00:00:00Z escalated orange",
                    "2008-05-13T00:00:00Z resolved", "2008-06-03T00:00:00Z raised yellow",
                    "2008-06-04T00:00:00Z resolved", "2008-06-28T00:00:00Z raised yellow",
                    "2008-06-29T00:00:00Z resolved",
                ])
        }

        /// July and August 2016: 206 calls, 5 without a place and 19 without a zone. Fires of 4, 6, 3, 4 and 4 alarms, each forgotten
        /// six hours later. In zone 2 four fires from 07:39:53 to 08:24:07 on 07-24, and three on 08-09 by 15:13:09.
        @Test(.enabled(if: SharedData.has("fire-police/pittsburgh_fire_incidents.csv")))
        func `fires of many alarms raise, and so do fires in one zone within an hour`() throws {
            let sent = try RealInput.send(
                "fire-police/pittsburgh_fire_incidents.csv", map: "fire.yml", from: "2016-07-01T00:00:00-04:00",
                until: "2016-09-01T00:00:00-04:00")
            #expect(
                sent.said("fire-severe", zone: -4, keys: false) == [
                    "2016-07-25T10:26:44-04:00 raised orange", "2016-07-25T16:20:00-04:00 resolved",
                    "2016-07-30T13:26:12-04:00 raised red", "2016-07-30T19:20:00-04:00 resolved",
                    "2016-07-31T12:36:09-04:00 raised yellow", "2016-07-31T18:30:00-04:00 resolved",
                    "2016-08-06T21:11:31-04:00 raised orange", "2016-08-07T03:10:00-04:00 resolved",
                    "2016-08-24T14:43:15-04:00 raised orange", "2016-08-24T20:40:00-04:00 resolved",
                ])
            #expect(
                sent.said("fire-zone", zone: -4) == [
                    "2016-07-24T07:42:50-04:00 raised yellow 2", "2016-07-24T07:45:00-04:00 resolved 2",
                    "2016-07-24T07:59:27-04:00 raised yellow 2", "2016-07-24T08:24:07-04:00 escalated orange 2",
                    "2016-07-24T08:35:00-04:00 deescalated yellow 2", "2016-07-24T08:40:00-04:00 resolved 2",
                    "2016-08-09T15:13:09-04:00 raised yellow 2", "2016-08-09T16:05:00-04:00 resolved 2",
                ])
        }

        /// February to 11 March 2017. A citation for fighting within three hours of one for drinking in the same neighbourhood, where
        /// no such alarm is open: on 03-11 the St. Patrick's parade has two (15:18 and 15:25, 20:33 and 20:59).
        @Test(.enabled(if: SharedData.has("fire-police/pittsburgh_non_traffic_citations.csv")))
        func `fights after drinking raise in their neighbourhood, other fights do not`() throws {
            let sent = try RealInput.send(
                "fire-police/pittsburgh_non_traffic_citations.csv", map: "police.yml",
                from: "2017-02-01T00:00:00-05:00",
                until: "2017-03-12T00:00:00-05:00")
            let raised = sent.said("drink-then-fight", zone: -5).filter { $0.contains("raised") }
            #expect(
                raised == [
                    "2017-02-05T02:15:00-05:00 raised yellow South Side Flats",
                    "2017-02-17T01:25:00-05:00 raised yellow South Side Flats",
                    "2017-02-19T02:30:00-05:00 raised yellow South Side Flats",
                    "2017-02-22T22:12:00-05:00 raised yellow Carrick",
                    "2017-02-26T00:45:00-05:00 raised yellow North Shore",
                    "2017-03-10T02:01:00-05:00 raised yellow South Side Flats",
                    "2017-03-11T15:25:00-05:00 raised yellow South Side Flats",
                    "2017-03-11T20:59:00-05:00 raised yellow South Side Flats",
                ])
        }

        /// 2025-02-10 to 03-08: 1,931 calls, 101 of them dead birds, 7 of those in Brooklyn within a day by 20:09 on 03-06, in the winter of
        /// the avian influenza. 24 hours of whole ones, so that reports leave on the hour.
        @Test(.enabled(if: SharedData.has("hotline/nyc311_animal_complaints.csv")))
        func `dead birds raise where they come together, dead cats and abuse do not`() throws {
            let sent = try RealInput.send(
                "hotline/nyc311_animal_complaints.csv", map: "hotline.yml", from: "2025-02-10T00:00:00-05:00",
                until: "2025-03-09T00:00:00-05:00")
            #expect(
                sent.said("dead-birds", zone: -5) == [
                    "2025-02-13T21:33:00-05:00 raised blue MANHATTAN", "2025-02-14T10:00:00-05:00 resolved MANHATTAN",
                    "2025-02-22T16:43:00-05:00 raised blue BROOKLYN", "2025-02-22T18:00:00-05:00 resolved BROOKLYN",
                    "2025-02-23T13:16:00-05:00 raised blue BROOKLYN", "2025-02-23T16:00:00-05:00 resolved BROOKLYN",
                    "2025-03-05T17:56:00-05:00 raised blue MANHATTAN", "2025-03-05T18:00:00-05:00 resolved MANHATTAN",
                    "2025-03-06T16:44:00-05:00 raised blue BROOKLYN",
                    "2025-03-06T17:02:00-05:00 escalated yellow BROOKLYN",
                    "2025-03-06T20:09:00-05:00 escalated orange BROOKLYN",
                    "2025-03-07T07:00:00-05:00 deescalated yellow BROOKLYN",
                    "2025-03-07T10:00:00-05:00 deescalated blue BROOKLYN",
                    "2025-03-07T11:37:00-05:00 escalated yellow BROOKLYN",
                    "2025-03-07T15:00:00-05:00 resolved BROOKLYN",
                ])
            #expect(sent.transitions.count == 15)
        }

        /// May and June 2020: 2,289 incidents. Three within 500 m and half an hour, by distances on a sphere, have come three times
        /// only, the last of each at the times below; no distance is nearer to 500 m than 14 m. Four have no place (0, 0), and A819
        /// has lost the point of its latitude, 29817659: it is refused.
        @Test(.enabled(if: SharedData.has("traffic/austin_traffic_incidents.csv")))
        func `incidents close together raise`() throws {
            let sent = try RealInput.send(
                "traffic/austin_traffic_incidents.csv", map: "traffic-incident.yml", from: "2020-05-01T00:00:00Z",
                until: "2020-07-01T00:00:00Z", rejected: 1)
            let raised = sent.said("incidents-near", zone: 0, keys: false).filter { $0.contains("raised") }
            #expect(
                raised == [
                    "2020-05-08T17:14:20Z raised yellow", "2020-05-11T04:33:55Z raised yellow",
                    "2020-05-17T17:54:31Z raised yellow",
                ])
            #expect(sent.episodes.count == 3)
        }
    }
}
