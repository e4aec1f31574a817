// Reads a file, a pipe, a device or standard input.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <stop_token>
#include <string>

#include "base/fd.h"
#include "base/result.h"
#include "io/byte_source.h"
#include "io/file/fd_cache_impl.h"
#include "io/file/open_file.h"
#include "io/open.h"

namespace gophercap::io {

// Each read is one pread() or read() directly into the caller's span.
//
// With a cache, the descriptor of a regular file may be closed between two reads so that other
// files can be opened. If the file is replaced or truncated meanwhile, the next read fails with
// kIo; the bytes of two files are never mixed.
class FileSource final : public ByteSource {
 public:
  // "-" is standard input. When a stop is requested through `stop`, reads fail with kCancelled,
  // also while they wait for a pipe. REQUIRES: `fds`, if not null, outlives the source. `fds` is
  // for captures, whose owner does not matter.
  static Result<std::unique_ptr<FileSource>> open(const std::string& path, FdCache* fds,
                                                  std::stop_token stop = {},
                                                  Owners owners = Owners::kAnyone);
  ~FileSource() override;
  FileSource(const FileSource&) = delete;
  FileSource& operator=(const FileSource&) = delete;

  Result<size_t> read(std::span<uint8_t> out) override;

  const FileFacts& facts() const noexcept { return facts_; }

  // Makes the next read start at `offset`. REQUIRES: facts().regular.
  void seek(uint64_t offset) noexcept;
  void rewind() noexcept { seek(0); }

 private:
  FileSource(std::string path, FdCache* fds, std::stop_token stop);
  Result<> open_first(Owners owners);
  Result<> inspect_first(int fd);
  Result<> check_same_file(int fd) const;
  Result<size_t> read_once(std::span<uint8_t> out);
  Result<size_t> read_leased(std::span<uint8_t> out);
  Result<size_t> read_from(int fd, std::span<uint8_t> out);

  FdEntry entry_;         // its descriptor belongs to the cache if there is one
  FdCache::Impl* cache_;  // null: this source owns the descriptor
  const std::stop_token stop_;
  FileFacts facts_;
  uint64_t offset_ = 0;  // for regular files
  bool ended_ = false;
  std::unique_ptr<const Error> fault_;
};

}  // namespace gophercap::io
