// Internals of FdCache, used only by file_source.
#pragma once

#include <cstddef>
#include <string>
#include <utility>

#include "base/fd.h"
#include "base/mutex.h"
#include "base/result.h"
#include "io/file/fd_cache.h"

namespace gophercap::io {

// A file that has a descriptor only at times. Its reader owns it; it is linked into the cache only
// while it has a descriptor that is not in use. So taking and returning a descriptor costs neither
// an allocation nor a lookup.
struct FdEntry {
  explicit FdEntry(std::string file_path) : path(std::move(file_path)) {}

  const std::string path;
  Fd fd;  // belongs to the cache while the entry is linked, otherwise to the reader
  FdEntry* newer = nullptr;
  FdEntry* older = nullptr;
  bool linked = false;
};

// Thread-safe, but each entry is used by one reader.
struct FdCache::Impl {
  explicit Impl(size_t capacity_fds) : capacity_(capacity_fds) {}

  // Gives `entry` a descriptor, which stays open until give_back(). Returns true if the file had to
  // be opened.
  Result<bool> take(FdEntry& entry);
  // Returns the descriptor to the cache. It stays open until another file needs its place.
  void give_back(FdEntry& entry);
  // Closes the descriptor of an entry that is not taken. The entry is not used again.
  void forget(FdEntry& entry);
  // Removes a taken descriptor from the cache and passes it to the caller.
  Fd detach(FdEntry& entry);

 private:
  Fd evict_oldest() REQUIRES_LOCK(mutex_);
  void link_newest(FdEntry& entry) REQUIRES_LOCK(mutex_);
  void unlink(FdEntry& entry) REQUIRES_LOCK(mutex_);
  Result<Fd> open_evicting(const std::string& path);

  const size_t capacity_;
  Mutex mutex_;
  size_t open_count_ GUARDED_BY(mutex_) = 0;  // linked and taken entries
  FdEntry* newest_ GUARDED_BY(mutex_) = nullptr;
  FdEntry* oldest_ GUARDED_BY(mutex_) = nullptr;
};

}  // namespace gophercap::io
