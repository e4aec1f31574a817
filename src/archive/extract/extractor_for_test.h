// Common code of the extractor tests.
#pragma once

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "archive/extract/extractor.h"
#include "archive/tar/block_feed.h"

namespace gophercap::archive {

namespace fs = std::filesystem;
using Bytes = std::vector<uint8_t>;

// Returns all bytes in one block.
class WholeFeed final : public BlockFeed {
 public:
  explicit WholeFeed(std::span<const uint8_t> bytes) : bytes_(bytes) {}
  Result<std::span<const uint8_t>> next() override { return std::exchange(bytes_, {}); }

 private:
  std::span<const uint8_t> bytes_;
};

struct Outcome {
  ExtractCounts counts;
  std::map<std::string, Refusal> refused;
  std::map<std::string, std::string> numbered;  // keyed by the path that was used
  std::optional<Error> error;
};

inline Outcome extract(const Bytes& tarball, const std::string& out_dir,
                       const ExtractOptions& options = {}, std::stop_token stop = {}) {
  Outcome outcome;
  WholeFeed feed(tarball);
  Result<std::unique_ptr<TarReader>> tar = TarReader::open(feed);
  Result<std::unique_ptr<Extractor>> extractor = Extractor::make(
      out_dir, options,
      {.refused = [&](const Member& m, Refusal why) { outcome.refused[m.path] = why; },
       .numbered = [&](const Member& m,
                       std::string_view path) { outcome.numbered[std::string(path)] = m.path; }},
      std::move(stop));
  if (!tar || !extractor) {
    ADD_FAILURE() << "nothing to test";
    return outcome;
  }
  const auto pass = [&]() -> Result<> {
    Member member;
    TRY(bool more, (*tar)->next(member));
    while (more) {
      TRY_VOID((*extractor)->take(**tar, member));
      TRY(more, (*tar)->next(member));
    }
    return (*extractor)->finish();
  };
  if (const Result<> done = pass(); !done) outcome.error = done.error();
  outcome.counts = (*extractor)->counts();
  return outcome;
}

// Lists everything below a folder, sorted: "dir/", "file", "link -> target".
inline std::vector<std::string> tree(const fs::path& top) {
  std::vector<std::string> names;
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(top)) {
    std::string name = entry.path().lexically_relative(top).string();
    if (entry.is_symlink()) {
      name += " -> " + fs::read_symlink(entry.path()).string();
    } else if (entry.is_directory()) {
      name += "/";
    }
    names.push_back(name);
  }
  std::sort(names.begin(), names.end());
  return names;
}

using Names = std::vector<std::string>;

inline struct stat facts_of(const std::string& path) {
  struct stat facts {};
  EXPECT_EQ(::lstat(path.c_str(), &facts), 0) << path;
  return facts;
}

}  // namespace gophercap::archive
