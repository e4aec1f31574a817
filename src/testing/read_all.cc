#include "testing/read_all.h"

#include <gtest/gtest.h>

namespace gophercap::testing {
namespace {

void expect_same_for_ever(io::ByteSource& source, const Result<size_t>& last) {
  std::vector<uint8_t> out(100);
  for (int i = 0; i < 3; ++i) {
    const Result<size_t> again = source.read(out);
    ASSERT_EQ(again.has_value(), last.has_value());
    if (last) {
      EXPECT_EQ(*again, 0U) << "bytes after the end";
    } else {
      EXPECT_EQ(again.error().code, last.error().code);
      EXPECT_EQ(again.error().what, last.error().what);
    }
  }
}

}  // namespace

ReadAll read_all(io::ByteSource& source, size_t out_size, size_t limit) {
  ReadAll all;
  std::vector<uint8_t> out(out_size);
  while (all.bytes.size() < limit) {
    const Result<size_t> count = source.read(out);
    if (count && *count > out.size()) {
      ADD_FAILURE() << "more bytes than asked for";
      return all;
    }
    if (count && *count > 0) {
      all.bytes.insert(all.bytes.end(), out.begin(), out.begin() + static_cast<ptrdiff_t>(*count));
      continue;
    }
    expect_same_for_ever(source, count);
    if (!count) all.fault = count.error();
    break;
  }
  return all;
}

}  // namespace gophercap::testing
