// Headers of IEEE 802.11 and of what capture programs put before them.
#pragma once

#include <cstdint>
#include <optional>

namespace gophercap::packet {

// Source: https://www.radiotap.org.
struct RadiotapHeader {
  uint32_t header_bytes = 0;        // according to itself; the packet may be shorter
  bool has_fcs = false;             // the frame ends with its check sequence
  bool payload_is_aligned = false;  // padding to four bytes follows the 802.11 header
};
std::optional<RadiotapHeader> read_radiotap(const uint8_t* at, uint32_t bytes) noexcept;

// Source: IEEE 802.11-2020, 9.2 and 9.3.
struct WifiHeader {
  enum class Type : uint8_t { kManagement, kControl, kData, kExtension };
  Type type = Type::kData;
  uint32_t header_bytes = 0;  // the packet may be shorter
  bool to_ds = false;
  bool from_ds = false;
  bool has_payload = false;  // a data frame that is more than a signal
  bool encrypted = false;
  bool fragment = false;   // a part of a frame
  bool aggregate = false;  // several packets (A-MSDU)
};
std::optional<WifiHeader> read_wifi(const uint8_t* at, uint32_t bytes,
                                    bool payload_is_aligned) noexcept;

}  // namespace gophercap::packet
