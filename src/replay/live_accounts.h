// The accounts of packets while they are being read.
#pragma once

#include "base/mutex.h"
#include "replay/accounts.h"

namespace gophercap::replay {

// Several threads add what they have read, a slab at a time; any thread may ask for the sum.
class LiveAccounts {
 public:
  void add(const Accounts& accounts) {
    const MutexLock lock(mutex_);
    sum_ += accounts;
  }
  Accounts sum() const {
    const MutexLock lock(mutex_);
    return sum_;
  }

 private:
  mutable Mutex mutex_;
  Accounts sum_ GUARDED_BY(mutex_);
};

}  // namespace gophercap::replay
