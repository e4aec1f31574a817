// Memory from mmap, unmapped by its owner's destructor.
#pragma once

#include <sys/mman.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>

#include "base/fd.h"
#include "base/result.h"

namespace gophercap::bench {

class MappedMemory {
 public:
  // Maps memory shared through `fd`, from `offset` on.
  static Result<MappedMemory> shared(const Fd& fd, size_t bytes, int64_t offset,
                                     std::string_view what) {
    return map(fd.value(), bytes, MAP_SHARED | MAP_POPULATE, offset, what);
  }
  // Maps private memory, filled with zeros.
  static Result<MappedMemory> anonymous(size_t bytes) {
    return map(-1, bytes, MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, 0, "memory");
  }

  MappedMemory() = default;
  MappedMemory(MappedMemory&& other) noexcept
      : data_(std::exchange(other.data_, nullptr)), bytes_(std::exchange(other.bytes_, 0)) {}
  MappedMemory& operator=(MappedMemory&& other) noexcept {
    std::swap(data_, other.data_);
    std::swap(bytes_, other.bytes_);
    return *this;
  }
  ~MappedMemory() {
    if (data_ != nullptr) ::munmap(data_, bytes_);
  }

  uint8_t* data() const noexcept { return data_; }
  size_t size() const noexcept { return bytes_; }

 private:
  MappedMemory(uint8_t* data, size_t bytes) : data_(data), bytes_(bytes) {}

  static Result<MappedMemory> map(int fd, size_t bytes, int flags, int64_t offset,
                                  std::string_view what) {
    void* memory = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, flags, fd, offset);
    if (memory == MAP_FAILED) return errno_error(errno, what);
    return MappedMemory(static_cast<uint8_t*>(memory), bytes);
  }

  uint8_t* data_ = nullptr;
  size_t bytes_ = 0;
};

}  // namespace gophercap::bench
