// Rules and a catalogue that the tests of this target share.
import Events
import RuleFiles
import StrictYAML

let gasRule = """
    id: gas-lel
    title: {zh: 可燃气体浓度超限, en: Combustible gas concentration high}
    domain: gas
    status: stable
    owner: {lead: 市住建局, support: [市应急管理局, 市消防救援支队]}
    runbook: docs/runbooks/gas-lel.md
    input: {type: reading, metric: gas.lel, unit: "%LEL"}
    by: subject
    where: quality == "good"    # an absent quality counts as good
    value: value
    levels:
      blue:   {at: 10, clear: 8, for: 10m, cite: project default}
      yellow: {at: 20, clear: 15, cite: project default}
      orange: {at: limit.h or 25, clear: 20, cite: "GB/T 50493-2019 lower alarm"}
      red:    {at: "> 50", clear: 40, cite: "GB/T 50493-2019 upper alarm"}
    clear_for: 2m
    max_gap: 5m
    no_data: {after: 15m, do: alarm, level: yellow}
    issue: review
    message:
      zh: "{subject.name} 可燃气体 {value} {unit},达到 {threshold} {unit}"
      en: "{subject.name}: gas {value} {unit}, threshold {threshold} {unit}"
    """

let rainRule = """
    id: rain-signal
    title: {zh: 雨量达到暴雨信号标准(监测), en: Rain gauge at rainstorm-signal level (observed)}
    domain: flood
    owner: {lead: 市水利局, support: [市应急管理局]}
    runbook: docs/runbooks/rain-signal.md
    input: {type: reading, metric: rain.mm, unit: mm}
    values:
      r1:  {sum: value, over: 1h,  step: 5m}
      r3:  {sum: value, over: 3h,  step: 5m}
      r6:  {sum: value, over: 6h,  step: 10m}
      r12: {sum: value, over: 12h, step: 15m}
    levels:
      blue:   {of: r12, at: 50,  clear: 45}
      yellow: {of: r6,  at: 50,  clear: 45}
      orange: {of: r3,  at: 50,  clear: 45}
      red:    {of: r3,  at: 100, clear: 90}
    only_while: r1 >= 1
    clear_for: 30m
    no_data: {after: 2h, do: alarm, level: blue}
    cites: [中国气象局令第16号 (2007)]
    issue: never
    """

let catalogueText = """
    gas.lel: {zh: 可燃气体浓度, unit: "%LEL", plausible: [0, 100], sentinels: [-9999]}
    rain.mm: {zh: 雨量, unit: mm, kind: increment, plausible: [0, 300]}
    flow.total: {zh: 累计流量, unit: m3, kind: counter}
    air.temperature: {zh: 气温, unit: "°C", conversions: {K: {scale: 1, offset: -273.15}}, sentinels: [-200]}
    """

func catalogue() -> MetricCatalogue {
    let findings = Findings()
    guard let read = MetricCatalogue.read(path: "metrics.yml", bytes: Array(catalogueText.utf8), findings: findings)
    else { preconditionFailure(findings.list.map(\.rendered).joined()) }
    return read
}

func load(_ files: [(String, String)]) -> RuleDirectory.Loading {
    RuleDirectory.load(files: files.map { .init(path: $0.0, bytes: Array($0.1.utf8)) }, metrics: catalogue())
}
