// The dump of what tarExtract writes, made while it is written.
#pragma once

#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "archive/tar/tar_reader.h"
#include "base/result.h"
#include "dataset/scan/lent_scan.h"
#include "io/compress/block_compressor.h"
#include "io/file/atomic_file.h"

namespace gophercap::jobs {

// What `map` of the output folder would find: the same files, the same summaries. Not thread-safe.
class ExtractMap {
 public:
  // `compression`: of what was not compressed before. REQUIRES: `pool`, whose helpers decompress,
  // outlives it.
  ExtractMap(std::string out_dir, io::Compression compression, io::DecodePool& pool,
             std::stop_token stop);

  // Around the extraction of each member.
  Result<> begin();
  void piece(const archive::Piece& piece) { scan_.lend(piece.bytes, piece.offset); }
  // Where it was put, below the output folder. `written`: its bytes came by piece(); else it was
  // there already, or is a link.
  void made(std::string_view path, bool written);
  Result<> end(const archive::Member& member);

  // Reads what did not come by and writes `dump`, unless a stop is asked for.
  Result<> write(io::AtomicFile dump, unsigned workers, const std::stop_token& stop);

  // What was found: once it is written, all of it.
  dataset::DatasetSummary take_set() noexcept { return std::move(set_); }

 private:
  const io::Compression compression_;
  std::string place_;  // the folder with a slash behind it
  dataset::LentScan scan_;
  dataset::DatasetSummary set_;
  std::vector<std::string> elsewhere_;  // to be read from the disk
  std::string made_;                    // by this member; empty: nothing
  bool written_ = false;
};

}  // namespace gophercap::jobs
