// Puts members of an archive into a folder: what may be there, under names of their own, complete
// or not at all.
#pragma once

#include <sys/stat.h>

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "archive/extract/member_sink.h"
#include "archive/extract/output_file.h"
#include "archive/extract/output_guard.h"
#include "archive/extract/output_tree.h"
#include "archive/extract/path_set.h"
#include "archive/tar/member_path.h"
#include "archive/tar/tar_reader.h"
#include "base/result.h"
#include "io/compress/block_compressor.h"
#include "io/compress/parallel_compressor.h"

namespace gophercap::archive {

struct ExtractOptions {
  io::Compression compression = io::Compression::kNone;  // of what is not compressed already
  io::CompressionLevel level{};
  unsigned workers = 1;  // that compress
  bool flatten = false;  // all into one folder: "a/b.pcap" becomes "a-b.pcap"
  bool force = false;    // replaces files of before this run
  // Leaves alone those that are complete, and removes what runs that were killed left unfinished.
  bool resume = false;
  OutputLimits limits{};
  bool sync = false;
};

struct ExtractCounts {
  uint64_t files = 0;    // written
  uint64_t resumed = 0;  // were complete
  uint64_t folders = 0;
  uint64_t links = 0;
  uint64_t plain_bytes = 0;    // of the files written, holes included
  uint64_t written_bytes = 0;  // as they are on the disk, without holes
  uint64_t packed_before = 0;  // files that were compressed already
  uint64_t numbered = 0;       // whose name was taken
  uint64_t left_over = 0;      // unfinished files of runs that were killed, removed
  uint64_t absolute = 0;       // files, folders and links whose path lost a slash in front
  uint64_t set_id = 0;         // that lost a set-user-id or set-group-id bit
  std::array<uint64_t, kRefusals> refused{};

  uint64_t refused_total() const noexcept;
};

// Not thread-safe.
class Extractor {
 public:
  struct Callbacks {
    std::function<void(const Member&, Refusal)> refused = [](const Member&, Refusal) {};
    std::function<void(const Member&, std::string_view)> numbered = [](const Member&,
                                                                       std::string_view) {};
    // Before each piece of a file is written.
    std::function<void(const Piece&)> piece = [](const Piece&) {};
    // A file or a link is there, below the folder; `written`: all its pieces came by.
    std::function<void(std::string_view, bool)> made = [](std::string_view, bool) {};
    std::function<void()> tick = [] {};  // now and then
    // Of the tarball up to now, as it is stored.
    std::function<uint64_t()> bytes_read = [] { return uint64_t{0}; };
  };

  static Result<std::unique_ptr<Extractor>> make(const std::string& out_dir,
                                                 const ExtractOptions& options, Callbacks callbacks,
                                                 std::stop_token stop);

  // Extracts the member that `tar` has come to. Errors: those of `tar` (tar.failed() then), and
  // those of the output (disk full), which end the run.
  Result<> take(TarReader& tar, const Member& member);
  // Modes and times of folders.
  Result<> finish();

  const ExtractCounts& counts() const noexcept { return counts_; }

 private:
  using Verdict = Result<std::optional<Refusal>>;
  // Whether what stands on the disk is what would be written.
  using IsComplete = std::function<Result<bool>(const std::string&, const struct stat&)>;
  enum class Spot : uint8_t { kFree, kReplace, kComplete };
  struct Target {
    std::string name;
    Spot spot = Spot::kFree;
    std::optional<Refusal> refusal{};
  };

  Extractor(std::unique_ptr<OutputTree> tree, const ExtractOptions& options, Callbacks callbacks,
            std::stop_token stop);
  Verdict go_to(const Member& member, std::string& name);
  Verdict enter(const std::vector<std::string_view>& parts);
  Result<Target> find_name(const std::string& name, const IsComplete& is_complete) const;
  std::string free_name(const std::string& name) const;
  void made(const Member& member, const std::string& name, const std::string& wanted,
            bool written = false);
  // Where the member of this path was put; empty: nowhere.
  std::string output_of(const std::vector<std::string_view>& parts) const;

  Result<bool> holds(const std::string& name, const struct stat& facts, const Member& member,
                     bool packed) const;
  Verdict take_file(TarReader& tar, const Member& member);
  Verdict write_file(TarReader& tar, const Member& member, const Target& target, MemberSink& sink,
                     Piece piece, bool more);
  Verdict take_folder(const Member& member);
  Verdict take_hard_link(const Member& member);
  Verdict take_symlink(const Member& member);
  Result<> drain(TarReader& tar);
  Result<> make_room(const Target& target) const;

  std::unique_ptr<OutputTree> tree_;
  ExtractOptions options_;
  Callbacks callbacks_;
  std::stop_token stop_;
  std::unique_ptr<io::ParallelCompressor> compressor_;
  OutputGuard guard_;
  ExtractCounts counts_;
  PathSet cleared_;  // folders in which nothing unfinished is left
};

}  // namespace gophercap::archive
