// The bytes of a member, and the same bytes assembled from its extents.
#include "archive/index/member_source.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "testing/memory_feed.h"
#include "testing/pcap_builder.h"
#include "testing/read_all.h"
#include "testing/tar_builder.h"

namespace gophercap::archive {
namespace {

using testing::Bytes;
using testing::MemoryFeed;
using testing::payload;
using testing::read_all;
using testing::TarBuilder;

// A sparse file as GNU tar writes one in a pax archive: 512 bytes at 1000, 100 at 5000.
Bytes sparse_tar(const std::string& map, const std::string& size) {
  return TarBuilder()
      .pax({{"GNU.sparse.map", map},
            {"GNU.sparse.numblocks", "2"},
            {"GNU.sparse.size", size},
            {"GNU.sparse.name", "s.pcap"}})
      .member({.path = "s.pcap", .data = payload(612)})
      .member({.path = "next.pcap", .data = payload(10)})
      .end()
      .bytes();
}

Bytes sparse_plain() {
  const Bytes stored = payload(612);
  Bytes plain(6000);
  std::copy_n(stored.begin(), 512, plain.begin() + 1000);
  std::copy_n(stored.begin() + 512, 100, plain.begin() + 5000);
  return plain;
}

class Archive {
 public:
  explicit Archive(Bytes bytes) : bytes_(std::move(bytes)), feed_(bytes_, 700) {
    auto tar = TarReader::open(feed_);
    EXPECT_TRUE(tar) << tar.error().what;
    tar_ = *std::move(tar);
  }
  Member next() {
    Member member;
    EXPECT_TRUE(tar_->next(member).value_or(false));
    return member;
  }
  TarReader& tar() { return *tar_; }

 private:
  Bytes bytes_;
  MemoryFeed feed_;
  std::unique_ptr<TarReader> tar_;
};

TEST(MemberSource, OneThatLiesTogetherHasNoExtents) {
  const Bytes data = payload(5000);
  Archive archive(TarBuilder().member({.path = "a", .data = data}).end().bytes());
  const Member member = archive.next();
  MemberSource source(archive.tar(), member);
  EXPECT_TRUE(read_all(source, 100).bytes == data);
  EXPECT_TRUE(source.finish());
  EXPECT_TRUE(source.extents().empty());
  EXPECT_EQ(source.archive_offset(), 512u);
}

TEST(MemberSource, WhatWasNotReadIsPassedOver) {
  Archive archive(TarBuilder()
                      .member({.path = "a", .data = payload(5000)})
                      .member({.path = "b", .data = payload(20, 1)})
                      .end()
                      .bytes());
  Member member = archive.next();
  {
    MemberSource source(archive.tar(), member);
    EXPECT_EQ(read_all(source, 100, 100).bytes.size(), 100u);
    EXPECT_TRUE(source.finish());
  }
  member = archive.next();
  MemberSource source(archive.tar(), member);
  EXPECT_TRUE(read_all(source).bytes == payload(20, 1));
}

TEST(MemberSource, HolesAreZerosAndExtentsLeadBack) {
  Archive archive(sparse_tar("1000,512,5000,100", "6000"));
  const Member member = archive.next();
  MemberSource source(archive.tar(), member);
  EXPECT_TRUE(read_all(source, 333).bytes == sparse_plain());
  ASSERT_TRUE(source.finish());
  const std::vector<Extent> expected = {{1000, 512}, {5000, 100}};
  ASSERT_EQ(source.extents(), expected);
  // The result of finish() does not depend on how much was read.
  Archive other(sparse_tar("1000,512,5000,100", "6000"));
  const Member unread = other.next();
  MemberSource passed(other.tar(), unread);
  ASSERT_TRUE(passed.finish());
  EXPECT_EQ(passed.extents(), expected);
}

TEST(MemberSource, AStopEndsAHole) {
  Archive archive(sparse_tar("1000,512,5000,100", "6000"));
  const Member member = archive.next();
  std::stop_source stop;
  stop.request_stop();
  MemberSource source(archive.tar(), member, stop.get_token());
  const auto all = read_all(source);
  ASSERT_TRUE(all.fault);
  EXPECT_EQ(all.fault->code, Errc::kCancelled);
}

TEST(MemberSource, AHoleWithoutEndIsRefusedAndPassedOver) {
  Archive archive(sparse_tar("0,512,5000,100", std::to_string(uint64_t{1} << 50)));
  Member member = archive.next();
  {
    MemberSource source(archive.tar(), member);
    const auto all = read_all(source, size_t{1} << 20);
    ASSERT_TRUE(all.fault);
    EXPECT_EQ(all.fault->code, Errc::kUnsupported);
    EXPECT_FALSE(source.finish());
    EXPECT_FALSE(archive.tar().failed());
  }
  member = archive.next();
  EXPECT_EQ(member.path, "next.pcap");
}

}  // namespace
}  // namespace gophercap::archive
