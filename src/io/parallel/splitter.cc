#include "io/parallel/splitter.h"

#include <algorithm>

#include "base/bytes.h"

namespace gophercap::io {

bool take(InputBlock& in, size_t count, ByteBuffer& to) {
  while (count > 0) {
    const Result<std::span<uint8_t>> bytes = in.peek(1);
    if (!bytes || bytes->empty()) return false;
    const size_t step = std::min(count, bytes->size());
    to.append(bytes->first(step));
    in.advance(static_cast<ptrdiff_t>(step));
    count -= step;
  }
  return true;
}

bool take_skippable(InputBlock& in, std::span<const uint8_t> front, const SplitLimits& limits,
                    Segment& segment) {
  constexpr size_t kHeader = 8;  // magic, size
  if (front.size() < kHeader) return false;
  const size_t size = kHeader + load_le32(front.data() + 4);
  return segment.packed.size() + size <= limits.most_packed && take(in, size, segment.packed);
}

void give_back(InputBlock& in, size_t size, ByteBuffer& from) {
  if (size == from.size()) return;
  in.put_back(from.bytes().subspan(size));
  from.truncate(size);
}

}  // namespace gophercap::io
