// Where the packets of a replay go, and what becomes of late ones.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/time.h"
#include "replay/send/clock.h"
#include "replay/send/sender.h"
#include "transmit/wire/wire.h"

namespace gophercap::jobs {

enum class OutFormat : uint8_t {
  kAuto,
  kPcap,
  kPcapng
};  // kAuto: pcap where there is one link type, else pcapng

struct DeliveryOptions {
  std::string out_interface;
  std::string out_file;  // not empty: written instead of sending; "-" = stdout
  bool discard = false;  // everything but sending, as fast as it goes
  OutFormat out_format = OutFormat::kAuto;
  transmit::WireOptions wire;  // backend and qdisc_bypass; the rest is filled in
  unsigned tx_threads = 1;     // 1 to replay::kMostLanes, for an interface
  Nanos link_timeout{0};       // how long the interface may be down

  replay::LatePolicy late = replay::LatePolicy::kCatchUp;
  Nanos late_limit{0};
  replay::Pacing pacing = replay::Pacing::kBalanced;
  std::optional<int64_t> start_at_wall_ns;  // as SendOptions
  bool preload = false;                     // all of the set in memory before the first packet
};

}  // namespace gophercap::jobs
