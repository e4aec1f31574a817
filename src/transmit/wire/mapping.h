// Memory mapped with mmap(2), shared with the kernel or anonymous, and unmapped by its owner's
// destructor.
#pragma once

#include <sys/mman.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

#include "base/result.h"

namespace gophercap::transmit {

class Mapping {
 public:
  // Calls mmap(2) for reading and writing.
  static Result<Mapping> create(int fd, size_t bytes, int flags, int64_t offset,
                                const std::string& what) {
    void* at = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, flags, fd, offset);
    if (at == MAP_FAILED) return errno_error(errno, what);
    return Mapping(static_cast<uint8_t*>(at), bytes);
  }
  Mapping() = default;
  Mapping(Mapping&& other) noexcept
      : at_(std::exchange(other.at_, nullptr)), bytes_(std::exchange(other.bytes_, 0)) {}
  Mapping& operator=(Mapping&& other) noexcept {
    std::swap(at_, other.at_);
    std::swap(bytes_, other.bytes_);
    return *this;
  }
  ~Mapping() {
    if (at_ != nullptr) ::munmap(at_, bytes_);
  }

  uint8_t* data() const noexcept { return at_; }
  size_t size() const noexcept { return bytes_; }
  // A number that the kernel also reads or writes. REQUIRES: `offset` is a multiple of four and
  // inside the mapping.
  uint32_t* word(size_t offset) const noexcept {
    return static_cast<uint32_t*>(static_cast<void*>(at_ + offset));
  }

 private:
  Mapping(uint8_t* at, size_t bytes) : at_(at), bytes_(bytes) {}
  uint8_t* at_ = nullptr;
  size_t bytes_ = 0;
};

}  // namespace gophercap::transmit
