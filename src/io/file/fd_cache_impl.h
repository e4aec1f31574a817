// The inside of FdCache, for file_source only.
#pragma once

#include <cstddef>
#include <string>
#include <utility>

#include "base/fd.h"
#include "base/mutex.h"
#include "base/result.h"
#include "io/file/fd_cache.h"

namespace gophercap::io {

// One file that takes its turns at having a descriptor. Lives in its reader and is linked into the
// cache only while it has a descriptor that nobody uses, so that a turn costs neither an allocation
// nor a look-up.
struct FdEntry {
  explicit FdEntry(std::string file_path) : path(std::move(file_path)) {}

  const std::string path;
  Fd fd;  // the cache's while the entry is linked, else the reader's
  FdEntry* newer = nullptr;
  FdEntry* older = nullptr;
  bool linked = false;
};

// Thread-safe, but each entry belongs to one reader.
struct FdCache::Impl {
  explicit Impl(size_t capacity_fds) : capacity_(capacity_fds) {}

  // Gives `entry` a descriptor that stays open until give_back(). True: it had to be opened
  // (again).
  Result<bool> take(FdEntry& entry);
  // `entry` keeps its descriptor until another file needs the place.
  void give_back(FdEntry& entry);
  // Closes the descriptor of an entry that is not taken, for good.
  void forget(FdEntry& entry);
  // A taken descriptor leaves the cache and becomes the caller's.
  Fd detach(FdEntry& entry);

 private:
  Fd evict_oldest() REQUIRES_LOCK(mutex_);
  void link_newest(FdEntry& entry) REQUIRES_LOCK(mutex_);
  void unlink(FdEntry& entry) REQUIRES_LOCK(mutex_);
  Result<Fd> open_evicting(const std::string& path);

  const size_t capacity_;
  Mutex mutex_;
  size_t open_count_ GUARDED_BY(mutex_) = 0;  // linked and taken ones
  FdEntry* newest_ GUARDED_BY(mutex_) = nullptr;
  FdEntry* oldest_ GUARDED_BY(mutex_) = nullptr;
};

}  // namespace gophercap::io
