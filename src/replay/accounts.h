// Accounts for every packet that was read: it was sent, or one of these reasons has its counter.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string_view>

namespace gophercap::replay {

// The smallest MTU with which some, or all, of the frames that were too long would have been sent.
// 0: no frame was too long.
struct MtuNeeded {
  uint64_t by_some = 0;
  uint64_t by_all = 0;

  void add(uint64_t mtu) noexcept {
    if (mtu == 0) return;
    by_some = by_some == 0 ? mtu : std::min(by_some, mtu);
    by_all = std::max(by_all, mtu);
  }
  void add(const MtuNeeded& other) noexcept {
    add(other.by_some);
    add(other.by_all);
  }
};

// The decision about a packet when it is read. Reasons are checked in this order, so a packet that
// is both outside the window and too long counts as outside the window.
enum class Verdict : uint8_t {
  kSend,
  kOutsideWindow,
  kFiltered,
  kNotInSample,
  kOutOfOrder,
  kLinkType,
  kLinkProtocol,
  kEncrypted,
  kWifiFragment,
  kSignalling,
  kIncompleteLink,
  kAboveLimit,
  kTooLong,
  kTooLongCut,
  kDontFragment,
  kOversize,
  kTooShort
};

// Counts captured packets: read == sent + the counters of all kDropReasons. A packet may be sent as
// several frames (FrameStep); it counts as sent if all of them were.
struct Accounts {
  uint64_t read = 0;
  uint64_t sent = 0;
  uint64_t sent_bytes = 0;   // of all frames sent
  uint64_t frames_sent = 0;  // including those of packets that were sent only in part
  // Packets that were not sent. Each counter has a row in kDropReasons.
  uint64_t outside_window = 0;         // in files that also have packets inside
  uint64_t filtered = 0;               // the expression did not match
  uint64_t not_in_sample = 0;          // --sample
  uint64_t skipped_out_of_order = 0;   // --skip-ooo
  uint64_t skipped_above_limit = 0;    // --skip-mtu
  uint64_t skipped_link_type = 0;      // not Ethernet, and cannot become it
  uint64_t skipped_link_protocol = 0;  // the same, because of what they carry
  uint64_t skipped_encrypted = 0;      // wireless frames with an encrypted payload
  uint64_t skipped_wifi_fragment = 0;  // parts of wireless frames
  uint64_t skipped_signalling = 0;     // wireless frames without payload
  uint64_t skipped_link_header = 0;    // cut within the headers of their link
  uint64_t skipped_too_long = 0;       // longer than the interface takes
  uint64_t skipped_too_long_cut = 0;   // the same, and captured only in part
  uint64_t skipped_dont_fragment = 0;  // the same, and not to be fragmented
  uint64_t skipped_oversize = 0;       // the same, with --oversize skip
  uint64_t skipped_too_short = 0;      // shorter than an Ethernet header
  uint64_t dropped_late = 0;           // --late drop
  uint64_t missed_link_down = 0;       // due while the interface was down (--link-timeout)
  uint64_t failed = 0;                 // refused by the backend while sending
  uint64_t passed_over = 0;            // by a seek
  uint64_t after_limit = 0;            // read ahead when --limit was reached
  uint64_t unsent_at_stop = 0;         // read ahead, then a stop or failure came
  // These are not terms of the sum:
  uint64_t sent_cut = 0;        // sent, but the capture has only their first bytes (snap length)
  uint64_t fcs_removed = 0;     // sent without their captured frame check sequence
  uint64_t converted = 0;       // --to-ethernet
  uint64_t rewritten = 0;       // by rules
  uint64_t segmented = 0;       // --oversize segment
  uint64_t fragmented = 0;      // --oversize fragment
  uint64_t truncated = 0;       // --oversize truncate
  uint64_t padded = 0;          // --pad-cut
  uint64_t filtered_vlan = 0;   // of those filtered: Ethernet frames with a VLAN tag
  uint64_t clock_steps = 0;     // --clock-steps follow: number of steps followed
  uint64_t not_sorted = 0;      // --reorder: too far out of place for the memory
  uint64_t failed_far_end = 0;  // of those failed: longer than the far end takes
  // For failed_far_end, and packets that were skipped because they are too long.
  MtuNeeded mtu_needed{};

  // Skipped because of the target, not because of an option.
  uint64_t skipped_by_target() const noexcept;
  // Read, but never passed to a sending thread.
  uint64_t left_out() const noexcept;
  // Read, but neither sent nor unsent_at_stop.
  uint64_t settled_unsent() const noexcept;
  // Not sent although no option says so. The run is incomplete if there are any.
  uint64_t missing() const noexcept;
  bool balanced() const noexcept { return read == sent + settled_unsent() + unsent_at_stop; }

  Accounts& operator+=(const Accounts& other) noexcept;
  // REQUIRES: no counter of `earlier` is larger.
  Accounts since(const Accounts& earlier) const noexcept;
  Accounts times(uint64_t loops) const noexcept;
};

// When a packet is given up: when it is read, or later, by a sending thread or the engine.
enum class DropStage : uint8_t { kReading, kSending };

// A reason not to send a packet that was read. Sums, JSON, texts, warnings and the exit code are
// made from these rows.
struct DropReason {
  uint64_t Accounts::*count;
  DropStage stage;
  Verdict verdict;          // kSend: decided after reading
  std::string_view object;  // the JSON object that has the key; empty: `packets` itself
  std::string_view key;
  // For the text, where reasons with the same title and object share a line.
  std::string_view title;
  std::string_view words;         // follow the number of packets
  bool incomplete;                // no option asks for it, so the run is incomplete
  std::string_view warning = {};  // the reason that the warning about it gives; empty: none
};

// In the order of the text.
inline constexpr std::array kDropReasons = {
    DropReason{&Accounts::outside_window, DropStage::kReading, Verdict::kOutsideWindow, "",
               "outside_window", "outside", "before or after", false},
    DropReason{&Accounts::filtered, DropStage::kReading, Verdict::kFiltered, "", "filtered",
               "filtered", "that do not match", false},
    DropReason{&Accounts::not_in_sample, DropStage::kReading, Verdict::kNotInSample, "",
               "not_in_sample", "sampled", "of flows that are not in the sample", false},
    DropReason{&Accounts::skipped_out_of_order, DropStage::kReading, Verdict::kOutOfOrder,
               "skipped", "out_of_order", "skipped", "out of order, as asked", false},
    DropReason{&Accounts::skipped_above_limit, DropStage::kReading, Verdict::kAboveLimit, "skipped",
               "above_limit", "skipped", "above --skip-mtu, as asked", false},
    DropReason{&Accounts::skipped_link_type, DropStage::kReading, Verdict::kLinkType, "skipped",
               "link_type", "skipped", "not Ethernet", true},
    DropReason{&Accounts::skipped_link_protocol, DropStage::kReading, Verdict::kLinkProtocol,
               "skipped", "link_protocol", "skipped", "of a protocol that Ethernet does not have",
               true},
    DropReason{&Accounts::skipped_encrypted, DropStage::kReading, Verdict::kEncrypted, "skipped",
               "wifi_encrypted", "skipped", "wireless and encrypted", true},
    DropReason{&Accounts::skipped_wifi_fragment, DropStage::kReading, Verdict::kWifiFragment,
               "skipped", "wifi_fragment", "skipped", "parts of wireless frames", true},
    DropReason{&Accounts::skipped_signalling, DropStage::kReading, Verdict::kSignalling, "skipped",
               "wifi_signalling", "skipped", "wireless frames without payload", true},
    DropReason{&Accounts::skipped_link_header, DropStage::kReading, Verdict::kIncompleteLink,
               "skipped", "link_header_cut", "skipped", "cut within the headers of their link",
               true},
    DropReason{&Accounts::skipped_too_long, DropStage::kReading, Verdict::kTooLong, "skipped",
               "too_long", "skipped", "too long for the target", true},
    DropReason{&Accounts::skipped_too_long_cut, DropStage::kReading, Verdict::kTooLongCut,
               "skipped", "too_long_cut", "skipped", "too long, and captured only in part", true},
    DropReason{&Accounts::skipped_dont_fragment, DropStage::kReading, Verdict::kDontFragment,
               "skipped", "dont_fragment", "skipped", "too long, and not to be fragmented", true},
    DropReason{&Accounts::skipped_oversize, DropStage::kReading, Verdict::kOversize, "skipped",
               "oversize", "skipped", "too long, as asked", false},
    DropReason{&Accounts::skipped_too_short, DropStage::kReading, Verdict::kTooShort, "skipped",
               "too_short", "skipped", "shorter than an Ethernet header", true},
    DropReason{&Accounts::dropped_late, DropStage::kSending, Verdict::kSend, "", "dropped_late",
               "dropped", "too late, as asked", false},
    DropReason{&Accounts::missed_link_down, DropStage::kSending, Verdict::kSend, "",
               "missed_link_down", "missed", "due while the interface was down", true,
               "the interface was down when they were due"},
    DropReason{&Accounts::failed, DropStage::kSending, Verdict::kSend, "", "failed", "failed", "",
               true},
    DropReason{&Accounts::passed_over, DropStage::kSending, Verdict::kSend, "", "passed_over",
               "passed over", "by seeks, as asked", false},
    DropReason{&Accounts::after_limit, DropStage::kSending, Verdict::kSend, "", "after_limit",
               "left", "already read when the limit was reached", false},
    DropReason{&Accounts::unsent_at_stop, DropStage::kSending, Verdict::kSend, "", "unsent_at_stop",
               "unsent", "already read when it stopped", false},
};

// Adds how many packets were sent as other frames than they were captured.
void add_changes(const Accounts& accounts, nlohmann::ordered_json& object);
// Adds the counters of this stage to the object.
void add_drop_reasons(const Accounts& accounts, DropStage stage, nlohmann::ordered_json& object);
nlohmann::ordered_json accounts_to_json(const Accounts& accounts);

}  // namespace gophercap::replay
