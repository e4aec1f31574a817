// Where the packets of a replay go. Decided once, where options are read; the rest of the program
// asks it.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <variant>

#include "base/time.h"
#include "base/words.h"
#include "io/compression.h"
#include "transmit/wire/wire.h"

namespace gophercap::jobs {

// What a kind of target is like. Which frames it takes says what is open (transmit::FrameLimits),
// or is looked at (TargetOutlook).
struct TargetTraits {
  bool real_time = false;      // packets leave at their times; else no time passes
  bool has_link = false;       // that may go down
  bool has_counters = false;   // somebody else counts what has left
  bool once_complete = false;  // what is written appears when it is complete, or not at all
};

struct InterfaceTarget {
  static constexpr TargetTraits kTraits{.real_time = true, .has_link = true, .has_counters = true};

  std::string name;
  transmit::Backend backend = transmit::Backend::kAuto;
  transmit::QdiscBypass qdisc_bypass = transmit::QdiscBypass::kAuto;
  unsigned tx_threads = 1;  // 1 to replay::kMostLanes
  Nanos link_timeout{0};    // how long it may be down
};

enum class OutFormat : uint8_t {
  kAuto,  // pcap where there is one link type, else pcapng
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
  io::Compression compression = io::Compression::kNone;  // or one that can_compress()

  bool is_standard_output() const noexcept { return path == "-"; }
};

// Packets are read, merged and counted, as fast as it goes, and sent to nobody.
struct Nowhere {
  static constexpr TargetTraits kTraits{};
};

// A further kind is one more alternative with traits of its own. What only some kinds have is asked
// for by std::visit, so the compiler names every place that has to know a new one.
using Target = std::variant<Nowhere, InterfaceTarget, FileTarget>;

TargetTraits traits_of(const Target& target) noexcept;

// "interface veth0", "file out.pcap", "standard output", "nowhere".
std::string describe(const Target& target);

// The file that is written, "-" for standard output; "" = none.
std::string output_of(const Target& target);

}  // namespace gophercap::jobs
