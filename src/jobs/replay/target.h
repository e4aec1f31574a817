// Where a replay sends its packets.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/time.h"
#include "base/words.h"
#include "io/compression.h"
#include "jobs/replay/side_choice.h"
#include "transmit/tunnel/tunnel.h"
#include "transmit/wire/wire.h"

namespace gophercap::jobs {

// The properties of a kind of target. Which frames it takes depends on the target itself: see
// transmit::FrameLimits of an open one, TargetOutlook of any other.
struct TargetTraits {
  bool real_time = false;      // packets are sent when they are due; otherwise time is simulated
  bool has_link = false;       // it has a link, which may go down
  bool has_counters = false;   // the kernel counts the frames that were sent
  bool once_complete = false;  // the output appears when it is complete, or not at all
};

struct InterfaceTarget {
  static constexpr TargetTraits kTraits{.real_time = true, .has_link = true, .has_counters = true};

  std::vector<std::string> names;  // at least one, each once
  // With two names: the first one is for packets from the clients' side, the other one for those
  // from the servers' side. Otherwise packets are spread over all by the hosts that they are of.
  std::optional<SplitRule> split{};
  transmit::Backend backend = transmit::Backend::kAuto;
  transmit::QdiscBypass qdisc_bypass = transmit::QdiscBypass::kAuto;
  unsigned tx_threads = 1;  // for each interface; all together 1 to replay::kMostLanes
  Nanos link_timeout{0};    // how long a link may be down
};

struct TunnelTarget {
  static constexpr TargetTraits kTraits{.real_time = true};

  transmit::Tunnel tunnel;
  unsigned tx_threads = 1;  // 1 to replay::kMostLanes
};

enum class OutFormat : uint8_t {
  kAuto,  // pcap if there is one link type, otherwise pcapng
  kPcap,
  kPcapng
};
constexpr auto words_of(OutFormat) noexcept {
  return std::to_array<Word<OutFormat>>(
      {{OutFormat::kAuto, "auto"}, {OutFormat::kPcap, "pcap"}, {OutFormat::kPcapng, "pcapng"}});
}

struct FileTarget {
  static constexpr TargetTraits kTraits{.once_complete = true};

  std::string path;  // "-" = standard output
  OutFormat format = OutFormat::kAuto;
  io::Compression compression = io::Compression::kNone;  // REQUIRES: can_compress()

  bool is_standard_output() const noexcept { return path == "-"; }
};

// --discard: packets are read, merged and counted as fast as possible, but not sent.
struct Nowhere {
  static constexpr TargetTraits kTraits{};
};

// A new kind is one more alternative with its traits. Code that differs by kind uses std::visit, so
// the compiler finds every place that has to handle the new one.
using Target = std::variant<Nowhere, InterfaceTarget, TunnelTarget, FileTarget>;

TargetTraits traits_of(const Target& target) noexcept;

// "interface veth0", "interfaces veth0 (clients) and veth1 (servers)",
// "vxlan:192.0.2.1:4789,vni=5", "file out.pcap", "standard output", "nowhere".
std::string describe(const Target& target);

// Returns the path of the file that is written; "-" is standard output, "" means none.
std::string output_of(const Target& target);

}  // namespace gophercap::jobs
