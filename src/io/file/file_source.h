// Bytes of a file, a pipe, a device or standard input.
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

// A read is one pread() or read() straight into the caller's span.
//
// With a cache the descriptor of a regular file is there for the taking by other files between two
// reads. Whoever replaces or shortens the file meanwhile gets kIo from the next read, never a
// mixture of two files.
class FileSource final : public ByteSource {
 public:
  // "-" is standard input. Once `stop` is asked for, reads fail with kCancelled, also one
  // that waits for what a pipe may still bring.
  // REQUIRES: `fds`, where given, outlives the source; it is for captures, whoever they belong to.
  static Result<std::unique_ptr<FileSource>> open(const std::string& path, FdCache* fds,
                                                  std::stop_token stop = {},
                                                  Owners owners = Owners::kAnyone);
  ~FileSource() override;
  FileSource(const FileSource&) = delete;
  FileSource& operator=(const FileSource&) = delete;

  Result<size_t> read(std::span<uint8_t> out) override;

  const FileFacts& facts() const noexcept { return facts_; }

  // The next read is of the bytes from `offset` on. REQUIRES: facts().regular.
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

  FdEntry entry_;         // its descriptor: the cache's if there is one, else ours
  FdCache::Impl* cache_;  // null: the descriptor is ours
  const std::stop_token stop_;
  FileFacts facts_;
  uint64_t offset_ = 0;  // of regular files
  bool ended_ = false;
  std::unique_ptr<const Error> fault_;
};

}  // namespace gophercap::io
