#include "io/file/fd_cache.h"

#include <sys/resource.h>

#include <algorithm>
#include <utility>

#include "io/file/fd_cache_impl.h"
#include "io/file/open_file.h"

namespace gophercap::io {
FdCache::FdCache(size_t capacity) : impl_(std::make_unique<Impl>(std::max<size_t>(capacity, 1))) {}

FdCache::~FdCache() = default;

size_t FdCache::capacity_from_limits() {
  constexpr rlim_t kUseful = 4096;
  constexpr rlim_t kOwnUse = 64;  // standard streams, sockets, outputs, dumps, libraries
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return kOwnUse;
  const rlim_t wanted = std::min(limit.rlim_max, kUseful);
  if (limit.rlim_cur < wanted) {
    const rlimit raised{wanted, limit.rlim_max};
    if (::setrlimit(RLIMIT_NOFILE, &raised) == 0) limit = raised;
  }
  const rlim_t soft = std::min(limit.rlim_cur, kUseful);
  return std::max<size_t>(soft - std::min(kOwnUse, soft / 2), 1);
}

Result<bool> FdCache::Impl::take(FdEntry& entry) {
  Fd evicted;  // closed after unlocking, because close() on a network file system may block
  {
    const MutexLock lock(mutex_);
    if (entry.linked) {
      unlink(entry);
      return false;
    }
    if (open_count_ >= capacity_) evicted = evict_oldest();
    ++open_count_;
  }
  evicted.reset();
  Result<Fd> opened = open_evicting(entry.path);
  if (!opened) {
    const MutexLock lock(mutex_);
    --open_count_;
    return opened.error();
  }
  entry.fd = *std::move(opened);
  return true;
}

// The rest of the program may have used up the descriptors from which the capacity was computed.
Result<Fd> FdCache::Impl::open_evicting(const std::string& path) {
  while (true) {
    Result<Fd> opened = open_file(path);
    if (opened || !is_fd_shortage(opened.error().sys)) return opened;
    Fd evicted;
    {
      const MutexLock lock(mutex_);
      evicted = evict_oldest();
    }
    if (!evicted.valid()) return opened;
  }
}

void FdCache::Impl::give_back(FdEntry& entry) {
  Fd surplus;
  const MutexLock lock(mutex_);
  if (open_count_ > capacity_) {
    surplus = std::move(entry.fd);
    --open_count_;
    return;
  }
  link_newest(entry);
}

void FdCache::Impl::forget(FdEntry& entry) {
  Fd closing;
  const MutexLock lock(mutex_);
  if (!entry.linked) return;
  unlink(entry);
  --open_count_;
  closing = std::move(entry.fd);
}

Fd FdCache::Impl::detach(FdEntry& entry) {
  const MutexLock lock(mutex_);
  --open_count_;
  return std::move(entry.fd);
}

Fd FdCache::Impl::evict_oldest() {
  if (oldest_ == nullptr) return Fd();
  FdEntry& entry = *oldest_;
  unlink(entry);
  --open_count_;
  return std::move(entry.fd);
}

void FdCache::Impl::link_newest(FdEntry& entry) {
  entry.older = newest_;
  entry.newer = nullptr;
  (newest_ == nullptr ? oldest_ : newest_->newer) = &entry;
  newest_ = &entry;
  entry.linked = true;
}

void FdCache::Impl::unlink(FdEntry& entry) {
  (entry.newer == nullptr ? newest_ : entry.newer->older) = entry.older;
  (entry.older == nullptr ? oldest_ : entry.older->newer) = entry.newer;
  entry.newer = nullptr;
  entry.older = nullptr;
  entry.linked = false;
}

}  // namespace gophercap::io
