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

TEST(Error, AContextKeepsTheCause) {
  const Error error{Errc::kIo, EAGAIN, "refused", Cause::kThreadLimit};
  EXPECT_EQ(error.with_context("merging").cause, Cause::kThreadLimit);
  EXPECT_EQ(error.with_context("merging").what, "merging: refused");
}

TEST(Error, TheTextWithoutAnObject) {
  const Error error{Errc::kIo, 0, "a.pcap: refused"};
  EXPECT_EQ(error.what_without("a.pcap"), "refused");
  for (const char* other : {"a", "a.pcap: refused", "a.pcap: refused again", "b"})
    EXPECT_EQ(error.what_without(other), "a.pcap: refused") << other;
}

}  // namespace
}  // namespace gophercap
