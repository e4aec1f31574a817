// What the system had too little of. That is a reason to end the run, and never damage of an input.
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

// What the calling thread works on, by the innermost or_out_of_memory() around it; empty: unknown.
// For the last words of a process that a library ends.
std::string_view object_at_work() noexcept;

class ObjectAtWork {
 public:
  // REQUIRES: the text outlives this.
  explicit ObjectAtWork(std::string_view object) noexcept;
  ~ObjectAtWork();
  ObjectAtWork(const ObjectAtWork&) = delete;
  ObjectAtWork& operator=(const ObjectAtWork&) = delete;

 private:
  std::string_view before_;
};

// Calls `body`, which returns a Result; an allocation that fails in it is "<object>: out of
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
