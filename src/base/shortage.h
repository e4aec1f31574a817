// Errors that mean that the system ran out of memory or descriptors. They end the run and never
// count as damage of an input.
#pragma once

#include <new>
#include <string_view>
#include <type_traits>

#include "base/fd.h"
#include "base/result.h"

namespace gophercap {

inline bool is_shortage(const Error& error) noexcept {
  return error.code == Errc::kNoMemory || is_fd_shortage(error.sys);
}

// The object that the calling thread works on, set by the innermost or_out_of_memory(); empty if
// unknown. Used for the last message of a process that a library terminates.
std::string_view object_at_work() noexcept;

class ObjectAtWork {
 public:
  // REQUIRES: `object` outlives this.
  explicit ObjectAtWork(std::string_view object) noexcept;
  ~ObjectAtWork();
  ObjectAtWork(const ObjectAtWork&) = delete;
  ObjectAtWork& operator=(const ObjectAtWork&) = delete;

 private:
  std::string_view before_;
};

// Calls `body`, which returns a Result. If an allocation in it fails, returns "<object>: out of
// memory".
template <class Body>
std::invoke_result_t<Body> or_out_of_memory(std::string_view object, Body&& body) {
  const ObjectAtWork at_work(object);
  try {
    return body();
  } catch (const std::bad_alloc&) {
    return out_of_memory(object);
  }
}

}  // namespace gophercap
