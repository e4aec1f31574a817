#include "io/splitter.h"

#include <algorithm>

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

void give_back(InputBlock& in, size_t size, ByteBuffer& from) {
  if (size == from.size()) return;
  in.put_back(from.bytes().subspan(size));
  from.truncate(size);
}

}  // namespace gophercap::io
