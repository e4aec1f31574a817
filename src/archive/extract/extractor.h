// Extracts members of an archive into a folder. Refuses unsafe members and never overwrites another
// member; a file appears only when it is complete.
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
  io::Compression compression = io::Compression::kNone;  // for files that are not compressed
                                                         // already
  io::CompressionLevel level{};
  unsigned workers = 1;  // compressing threads
  bool flatten = false;  // put all files into one folder: "a/b.pcap" becomes "a-b.pcap"
  bool force = false;    // replace files that existed before this run
  // Keep complete files, and remove unfinished ones that killed runs have left.
  bool resume = false;
  OutputLimits limits{};
  bool sync = false;
};

struct ExtractCounts {
  uint64_t files = 0;    // written
  uint64_t resumed = 0;  // already complete
  uint64_t folders = 0;
  uint64_t links = 0;
  uint64_t plain_bytes = 0;    // of the files written, including holes
  uint64_t written_bytes = 0;  // on disk, without holes
  uint64_t packed_before = 0;  // files that were already compressed
  uint64_t numbered = 0;       // numbered because their name was taken
  uint64_t left_over = 0;      // unfinished files of killed runs that were removed
  uint64_t absolute = 0;       // files, folders and links whose leading slash was removed
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
    // Called before each piece of a file is written.
    std::function<void(const Piece&)> piece = [](const Piece&) {};
    // Called when a file or a link was created, with its path below the folder; `written` means
    // that all its pieces were passed to `piece`.
    std::function<void(std::string_view, bool)> made = [](std::string_view, bool) {};
    std::function<void()> tick = [] {};  // called from time to time
    // Number of bytes read from the tarball so far, as stored.
    std::function<uint64_t()> bytes_read = [] { return uint64_t{0}; };
  };

  static Result<std::unique_ptr<Extractor>> make(const std::string& out_dir,
                                                 const ExtractOptions& options, Callbacks callbacks,
                                                 std::stop_token stop);

  // Extracts the member at which `tar` is positioned. Errors come from `tar` (tar.failed() is set
  // then) or from the output (disk full); the latter end the run.
  Result<> take(TarReader& tar, const Member& member);
  // Sets modes and times of folders.
  Result<> finish();

  const ExtractCounts& counts() const noexcept { return counts_; }

 private:
  using Verdict = Result<std::optional<Refusal>>;
  // Returns whether the existing file equals what would be written.
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
  // Where the member with this path was extracted to; empty if it was not.
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
  PathSet cleared_;  // folders whose unfinished files were removed
};

}  // namespace gophercap::archive
