#include "base/result.h"

#include <gtest/gtest.h>

#include <cerrno>

namespace gophercap {
namespace {

TEST(Error, ContextIsAddedOnce) {
  const Error error = errno_error(EIO, "a.pcap");
  EXPECT_EQ(error.with_context("a.pcap").what, "a.pcap: Input/output error");
  const Error outer = error.with_context("a.pcap").with_context("d.json");
  EXPECT_EQ(outer.what, "d.json: a.pcap: Input/output error");
  EXPECT_EQ(outer.sys, EIO);
  EXPECT_EQ(error.with_context("a").what, "a: a.pcap: Input/output error");
}

}  // namespace
}  // namespace gophercap
