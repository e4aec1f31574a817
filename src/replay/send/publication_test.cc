#include "replay/send/publication.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <random>
#include <vector>

namespace gophercap::replay {
namespace {

TEST(Publication, WhatIsPublishedUpToTheNewestFrameMissesNothing) {
  Publication publication;
  for (uint64_t end = 100; end <= 1'000'000; end += 100) {
    publication.written(end, 84);
    if (end % 250'000 != 0) continue;
    EXPECT_EQ(publication.missing().frames, 2500U);
    EXPECT_EQ(publication.missing().bytes, 2500U * 84);
    publication.published(end + 16);  // and the header of the next
    EXPECT_EQ(publication.missing().frames, 0U);
  }
}

// It never reports too many frames as published, and at most those of some KiB too few, unless very
// much is held back.
TEST(Publication, AgreesWithACountOfEachFrame) {
  std::mt19937 random(3);
  Publication publication;
  std::vector<uint64_t> ends;
  uint64_t end = 24;
  uint64_t published = 0;
  for (int i = 0; i < 200'000; ++i) {
    end += 16 + random() % 1500;
    publication.written(end, 1);
    ends.push_back(end);
    if (i % 1000 != 999) continue;
    published += (end - published) / (1 + random() % 4);
    publication.published(published);
    const auto exact =
        static_cast<uint64_t>(ends.end() - std::upper_bound(ends.begin(), ends.end(), published));
    EXPECT_GE(publication.missing().frames, exact);
    EXPECT_LE(publication.missing().frames, exact + 4096 / 16);
    EXPECT_EQ(publication.missing().bytes, publication.missing().frames);
  }
}

TEST(Publication, VeryMuchThatIsHeldBackIsCountedToo) {
  Publication publication;
  constexpr uint64_t kFrames = 3'000'000;
  for (uint64_t i = 1; i <= kFrames; ++i) publication.written(i * 1000, 984);
  EXPECT_EQ(publication.missing().frames, kFrames);
  publication.published(kFrames * 1000 - 1);
  EXPECT_LT(publication.missing().frames, kFrames);
  publication.published(kFrames * 1000);
  EXPECT_EQ(publication.missing().frames, 0U);
  EXPECT_EQ(publication.missing().bytes, 0U);
}

}  // namespace
}  // namespace gophercap::replay
