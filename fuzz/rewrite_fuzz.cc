// A packet becomes an Ethernet frame, segments, fragments, or shorter. The first four bytes of an
// input are the length of the longest frame, the link type, and the size of segments; the rest is
// the packet.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/bytes.h"
#include "packet/frame.h"
#include "packet/frame_step.h"
#include "packet/link_type.h"
#include "rewrite/ethernet/to_ethernet.h"
#include "rewrite/fit/fragment.h"
#include "rewrite/fit/segment.h"
#include "rewrite/headers.h"

namespace {

namespace packet = gophercap::packet;
namespace rewrite = gophercap::rewrite;

void require(bool holds) {
  if (!holds) __builtin_trap();
}

class Sizes final : public rewrite::SegmentSizes {
 public:
  explicit Sizes(uint8_t size) : size_(size) {}
  rewrite::SegmentSize of(const rewrite::Connection& /*connection*/) const noexcept override {
    const auto bytes = static_cast<uint16_t>(size_ / 2 * 16);
    return size_ % 2 == 0 ? rewrite::SegmentSize{.mss = bytes}
                          : rewrite::SegmentSize{.largest = bytes};
  }

 private:
  const uint8_t size_;
};

void segment(const packet::Frame& frame, uint32_t most, uint8_t size) {
  packet::FrameList list;
  const bool done = rewrite::segment(frame, most, Sizes(size), list) == rewrite::Refusal::kNone;
  const auto frames = list.frames();
  require(done || frames.empty());
  if (!done) return;
  const rewrite::Headers whole = rewrite::headers_of(frame, rewrite::Depth::kInnermost);
  const uint8_t* next = frame.data + whole.payload;
  const bool tcp = whole.innermost()->kind == rewrite::Header::Kind::kTcp;
  for (const packet::Frame& part : frames) {
    require(part.bytes <= most && part.original_bytes == part.bytes);
    if (!tcp) continue;  // other datagrams may look like tunnels
    const rewrite::Headers headers = rewrite::headers_of(part, rewrite::Depth::kInnermost);
    require(headers.complete && !headers.fragment && headers.end == part.bytes);
    require(std::equal(part.data + headers.payload, part.data + headers.end, next));
    next += headers.end - headers.payload;
  }
  require(!tcp || next == frame.data + whole.end);
}

void fragment(const packet::Frame& frame, uint32_t most) {
  packet::FrameList list;
  const bool done = rewrite::fragment(frame, most, rewrite::DontFragment::kIgnore, list) ==
                    rewrite::Refusal::kNone;
  const auto frames = list.frames();
  require(done == (frames.size() > 1));
  for (const packet::Frame& part : frames) {
    require(part.bytes <= most && part.original_bytes == part.bytes);
    const rewrite::Headers headers = rewrite::headers_of(part, rewrite::Depth::kOutermostIp);
    require(headers.fragment && headers.end == part.bytes);
  }
}

void truncate(const packet::Frame& frame, uint32_t most) {
  for (const bool mend : {false, true}) {
    packet::FrameList list;
    rewrite::truncate(frame, most, mend, list);
    require(list.frames().size() == 1 && list.frames()[0].bytes <= most);
  }
}

void convert(const packet::Frame& frame) {
  packet::FrameList list;
  const auto left_out = rewrite::to_ethernet(frame, {}, list);
  require(left_out.has_value() == list.frames().empty());
  for (const packet::Frame& made : list.frames()) {
    require(made.link_type == packet::kLinkTypeEthernet && made.bytes <= made.original_bytes);
    require(made.bytes <= frame.bytes + rewrite::kMostEthernetGrowth);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 4) return 0;
  constexpr auto kLinkTypes =
      std::to_array<uint32_t>({1,   101, 113, 9,   0,   50,  51,  104, 105, 107, 108, 119,
                               127, 163, 192, 219, 228, 239, 258, 276, 281, 282, 284, 285});
  const uint32_t most = gophercap::load_le16(data);
  // In memory of its own length.
  const std::vector<uint8_t> bytes(data + 4, data + size);
  const auto length = static_cast<uint32_t>(bytes.size());
  const packet::Frame frame{.data = bytes.data(),
                            .bytes = length,
                            .original_bytes = length,
                            .link_type = kLinkTypes[data[2] % kLinkTypes.size()]};
  convert(frame);
  segment(frame, most, data[3]);
  fragment(frame, most);
  truncate(frame, most);
  return 0;
}
