// Compares the expected packets (a pcap with the merged schedule) with the received ones (a pcap of
// veth_receiver).
//
// Packets are matched by their bytes, identical ones in order: the i-th copy received is the i-th
// copy expected. Loss, order and times follow from the pairs. Exit status: 0 = the same packets in
// the same order, 1 = not, 2 = usage.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <numeric>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/time.h"
#include "bench/pcap_file.h"
#include "bench/program.h"

namespace gophercap::bench {
namespace {

constexpr int64_t kSecondNs = 1'000'000'000;

struct Keyed {
  uint64_t hash;
  uint32_t index;
  auto operator<=>(const Keyed&) const = default;
};

uint64_t mix(uint64_t a, uint64_t b) noexcept {
  a = (a ^ b) * 0x9e3779b97f4a7c15U;
  return a ^ (a >> 29);
}

// Groups frames that are probably equal; the bytes decide.
uint64_t hash_bytes(std::span<const uint8_t> data) noexcept {
  uint64_t hash = mix(data.size(), 0x51ed270b9f3c2a61U);
  size_t at = 0;
  for (; data.size() - at >= 8; at += 8) hash = mix(hash, load_le64(data.data() + at));
  uint64_t tail = 0;
  for (; at < data.size(); ++at) tail = (tail << 8) | data[at];
  return mix(hash, tail);
}

std::vector<Keyed> keyed(const PcapFile& capture) {
  std::vector<Keyed> keys(capture.packets().size());
  for (uint32_t i = 0; i < keys.size(); ++i) {
    keys[i] = {hash_bytes(capture.data(capture.packets()[i])), i};
  }
  std::sort(keys.begin(), keys.end());
  return keys;
}

struct Pair {
  uint32_t expected;
  uint32_t received;
};

struct Matching {
  std::vector<Pair> pairs;  // in the order of arrival
  uint64_t lost = 0;
  uint64_t duplicated = 0;         // more copies than expected
  uint64_t foreign = 0;            // frames that were not expected
  uint64_t reordered = 0;          // arrived after a packet that follows them
  uint64_t reordered_in_time = 0;  // … and that was due later, not at the same time
};

bool same_bytes(const PcapFile& a, uint32_t i, const PcapFile& b, uint32_t j) {
  return std::ranges::equal(a.data(a.packets()[i]), b.data(b.packets()[j]));
}

Matching match(const PcapFile& expected, const PcapFile& received) {
  const std::vector<Keyed> want = keyed(expected);
  const std::vector<Keyed> have = keyed(received);
  Matching matching;
  matching.pairs.reserve(std::min(want.size(), have.size()));
  auto w = want.begin();
  auto h = have.begin();
  while (w != want.end() || h != have.end()) {
    const uint64_t hash = w == want.end()   ? h->hash
                          : h == have.end() ? w->hash
                                            : std::min(w->hash, h->hash);
    bool known = false;
    for (; w != want.end() && w->hash == hash; ++w) {
      const bool found =
          h != have.end() && h->hash == hash && same_bytes(expected, w->index, received, h->index);
      if (found) {
        matching.pairs.push_back({w->index, h->index});
        ++h;
      } else {
        ++matching.lost;
      }
      known = true;
    }
    for (; h != have.end() && h->hash == hash; ++h) {
      ++(known ? matching.duplicated : matching.foreign);
    }
  }
  std::ranges::sort(matching.pairs, {}, &Pair::received);
  uint32_t next = 0;
  int64_t latest = std::numeric_limits<int64_t>::min();
  for (const Pair& pair : matching.pairs) {
    if (pair.expected < next) ++matching.reordered;
    const int64_t due = expected.packets()[pair.expected].time_ns;
    if (due < latest) ++matching.reordered_in_time;
    latest = std::max(latest, due);
    next = std::max(next, pair.expected + 1);
  }
  return matching;
}

struct Percentiles {
  double p50 = 0;
  double p99 = 0;
  double p999 = 0;
  double max = 0;
};

// In microseconds, by nearest rank.
Percentiles percentiles(std::vector<int64_t> values_ns) {
  if (values_ns.empty()) return {};
  for (int64_t& value : values_ns) value = std::abs(value);
  std::sort(values_ns.begin(), values_ns.end());
  const auto at = [&](size_t per_mille) {
    const size_t rank = (values_ns.size() * per_mille + 999) / 1000;
    return static_cast<double>(values_ns[std::max<size_t>(rank, 1) - 1]) / 1000;
  };
  return {at(500), at(990), at(999), at(1000)};
}

int64_t median(std::vector<int64_t> values) {
  if (values.empty()) return 0;
  const auto middle = values.begin() + static_cast<ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

struct Timing {
  Percentiles raw;                      // |lateness| relative to the first packet
  Percentiles centred;                  // the same minus the median
  Percentiles gaps;                     // |gap as received - gap as expected| between neighbours
  std::optional<Percentiles> absolute;  // |lateness| relative to the start of the sender
  int64_t median_ns = 0;
  int64_t drift_ns = 0;
  int64_t expected_ns = 0;  // first to last packet
  int64_t actual_ns = 0;
};

Timing measure(const PcapFile& expected, const PcapFile& received, std::vector<Pair> pairs,
               std::optional<int64_t> started_ns) {
  Timing timing;
  if (pairs.empty()) return timing;
  std::ranges::sort(pairs, {}, &Pair::expected);
  const auto due = [&](size_t i) { return expected.packets()[pairs[i].expected].time_ns; };
  const auto came = [&](size_t i) { return received.packets()[pairs[i].received].time_ns; };

  std::vector<int64_t> late(pairs.size());
  std::vector<int64_t> gaps;
  for (size_t i = 0; i < pairs.size(); ++i) {
    late[i] = (came(i) - came(0)) - (due(i) - due(0));
    if (i > 0) gaps.push_back((came(i) - came(i - 1)) - (due(i) - due(i - 1)));
  }
  timing.raw = percentiles(late);
  if (started_ns) {
    const int64_t first_due = expected.packets().front().time_ns;
    std::vector<int64_t> absolute(pairs.size());
    for (size_t i = 0; i < pairs.size(); ++i)
      absolute[i] = (came(i) - *started_ns) - (due(i) - first_due);
    timing.absolute = percentiles(std::move(absolute));
  }
  timing.median_ns = median(late);
  timing.gaps = percentiles(std::move(gaps));
  timing.expected_ns = due(pairs.size() - 1) - due(0);
  timing.actual_ns = came(pairs.size() - 1) - came(0);

  // The drift is the median of the last second minus that of the first. The very first packet is
  // left out: its lateness (cold caches, a first wake-up) is not part of a trend.
  const int64_t window = std::min(kSecondNs, timing.expected_ns / 2);
  std::vector<int64_t> early;
  std::vector<int64_t> final;
  for (size_t i = 1; i < late.size(); ++i) {
    if (due(i) - due(0) <= window) early.push_back(late[i]);
    if (due(late.size() - 1) - due(i) <= window) final.push_back(late[i]);
  }
  if (!early.empty() && !final.empty()) {
    timing.drift_ns = median(std::move(final)) - median(std::move(early));
  }
  for (int64_t& value : late) value -= timing.median_ns;
  timing.centred = percentiles(std::move(late));
  return timing;
}

std::string json(const Percentiles& p) {
  return fmt::format("{{\"p50\": {:.3f}, \"p99\": {:.3f}, \"p99_9\": {:.3f}, \"max\": {:.3f}}}",
                     p.p50, p.p99, p.p999, p.max);
}

std::string absolute_json(const Timing& t) {
  return t.absolute ? fmt::format(" \"lateness_absolute_us\": {},\n", json(*t.absolute)) : "";
}

void print_json(size_t expected, size_t received, const Matching& m, const Timing& t) {
  fmt::print(
      "{{\"expected\": {}, \"received\": {}, \"lost\": {}, \"duplicated\": {}, \"foreign\": {}, "
      "\"reordered\": {}, \"reordered_in_time\": {},\n \"lateness_us\": {},\n "
      "\"lateness_centred_us\": {},\n "
      "\"gap_error_us\": {},\n{} \"median_lateness_us\": {:.3f}, \"drift_us\": {:.3f}, "
      "\"expected_seconds\": {:.9f}, \"actual_seconds\": {:.9f}}}\n",
      expected, received, m.lost, m.duplicated, m.foreign, m.reordered, m.reordered_in_time,
      json(t.raw), json(t.centred), json(t.gaps), absolute_json(t),
      static_cast<double>(t.median_ns) / 1e3, static_cast<double>(t.drift_ns) / 1e3,
      static_cast<double>(t.expected_ns) / 1e9, static_cast<double>(t.actual_ns) / 1e9);
}

std::string line(const Percentiles& p) {
  return fmt::format("p50 {:.2f}  p99 {:.2f}  p99.9 {:.2f}  max {:.2f} us", p.p50, p.p99, p.p999,
                     p.max);
}

void print_text(size_t expected, size_t received, const Matching& m, const Timing& t) {
  fmt::print(
      "packets    expected {}  received {}  lost {}  duplicated {}  foreign {}  out of order {}\n",
      expected, received, m.lost, m.duplicated, m.foreign, m.reordered);
  fmt::print("lateness   {}\n", line(t.raw));
  fmt::print("  centred  {}  (median {:.2f} us taken off)\n", line(t.centred),
             static_cast<double>(t.median_ns) / 1e3);
  fmt::print("gap error  {}\n", line(t.gaps));
  fmt::print("drift      {:.3f} ms\n", static_cast<double>(t.drift_ns) / 1e6);
  fmt::print("duration   expected {:.6f} s  actual {:.6f} s\n",
             static_cast<double>(t.expected_ns) / 1e9, static_cast<double>(t.actual_ns) / 1e9);
}

Result<int> run(const std::string& expected_path, const std::string& received_path,
                const std::string& started, bool as_json) {
  std::optional<int64_t> started_ns;
  if (!started.empty()) {
    TRY(const CaptureTime time, parse_time(started));
    started_ns = ns_of(time);
  }
  TRY(const PcapFile expected, PcapFile::load(expected_path));
  TRY(const PcapFile received, PcapFile::load(received_path));
  const Matching matching = match(expected, received);
  const Timing timing = measure(expected, received, matching.pairs, started_ns);
  (as_json ? print_json : print_text)(expected.packets().size(), received.packets().size(),
                                      matching, timing);
  const bool same =
      matching.lost + matching.duplicated + matching.foreign + matching.reordered == 0;
  return same ? 0 : 1;
}

}  // namespace
}  // namespace gophercap::bench

int main(int argc, char** argv) {
  std::string expected;
  std::string received;
  std::string started;
  bool as_json = false;
  CLI::App app("Compares a received capture with the expected one: packets, order, time.",
               "compare");
  app.add_option("--expected", expected, "pcap of the schedule")->required();
  app.add_option("--received", received, "pcap of what arrived")->required();
  app.add_option("--started", started,
                 "When the first packet was due by the receiver's clock (RFC 3339)");
  app.add_flag("--json", as_json, "Print JSON");
  return gophercap::bench::run_program(
      app, argc, argv, [&] { return gophercap::bench::run(expected, received, started, as_json); });
}
