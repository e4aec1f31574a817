// Result<T> is a value or an Error. Functions of this project fail in no other way.
//
// std::expected would need C++23. clang 14, which is used for clang-tidy, thread-safety analysis
// and fuzzing, does not have it. With our own name, a later switch changes only this file.
//
//   Result<Fd> fd = open_file(path);          if (!fd) return fd.error().with_context(path);
//   TRY(Fd fd, open_file(path));              // same, without the context
//   TRY_VOID(file.sync());
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <utility>

#include "base/words.h"

namespace gophercap {

enum class Errc : uint8_t {
  kIo,               // the operating system refused or failed; Error::sys has errno
  kTruncated,        // input ends inside a record or frame
  kCorrupt,          // input contradicts its format
  kUnsupported,      // input is well-formed, but of a kind that is not supported
  kNotFound,         // no such file, interface or entry
  kPermission,       // EACCES, EPERM
  kNoSpace,          // ENOSPC, EDQUOT
  kNoMemory,         // ENOMEM, or an allocation that failed
  kMemoryBound,      // needs more memory than --memory allows
  kInvalidArgument,  // a value given by the caller, usually by the user, is wrong
  kCancelled,        // a stop was requested
  kInternal,         // a bug in gophercap
};

// These words are stable and used in JSON output.
constexpr auto words_of(Errc) noexcept {
  return std::to_array<Word<Errc>>({{Errc::kIo, "io"},
                                    {Errc::kTruncated, "truncated"},
                                    {Errc::kCorrupt, "corrupt"},
                                    {Errc::kUnsupported, "unsupported"},
                                    {Errc::kNotFound, "not_found"},
                                    {Errc::kPermission, "permission"},
                                    {Errc::kNoSpace, "no_space"},
                                    {Errc::kNoMemory, "no_memory"},
                                    {Errc::kMemoryBound, "memory_bound"},
                                    {Errc::kInvalidArgument, "invalid_argument"},
                                    {Errc::kCancelled, "cancelled"},
                                    {Errc::kInternal, "internal"}});
}

// Failures that a caller handles differently from others with the same code and errno, or for which
// a hint is known. Decisions go by code, errno and cause, never by the text of an error.
enum class Cause : uint8_t {
  kOther,
  kThreadLimit,     // a limit on the number of threads is reached (ulimit -u, pids.max)
  kTooLargeToLoad,  // what is to be loaded does not fit into the memory given
  kMemoryInUse,     // other users of the memory given have to return some first
  kUntrustedOwner,  // a file of another user, in a folder where anybody may put files
  kNoInterface,     // no network interface has that name
  kNoRawSockets,    // the process may not open packet sockets
  kNoDump,          // the dump to be read does not exist
  kCaptureAsDump,   // what is to be read as a dump is a capture or a tarball
  kNotATarball,     // what is to be read as a tar archive does not begin like one
  kIndexMismatch,   // an index and its tarball contradict each other
};

struct [[nodiscard]] Error {
  Errc code = Errc::kInternal;
  int sys = 0;  // errno, or 0
  std::string what{};
  Cause cause = Cause::kOther;

  // Returns the same error with "<context>: " in front. Each layer adds the object that it knows.
  // If a lower layer has already named that object first, the error stays as it is.
  Error with_context(std::string_view context) const;
  // Returns the text without "<context>: " in front, for where the object is shown beside it.
  std::string_view what_without(std::string_view context) const noexcept;
};

// Converts errno to an Error: "<context>: <strerror>". Nothing else does that.
Error errno_error(int sys, std::string_view context);

// Returns "<object>: out of memory". If there is no memory for this text either, the object is left
// out.
Error out_of_memory(std::string_view object) noexcept;

template <class T = void>
class [[nodiscard]] Result : public tl::expected<T, Error> {
 public:
  using tl::expected<T, Error>::expected;
  Result(Error error) : tl::expected<T, Error>(tl::unexpected<Error>(std::move(error))) {}
};

}  // namespace gophercap

#define GOPHERCAP_CONCAT_(a, b) a##b
#define GOPHERCAP_CONCAT(a, b) GOPHERCAP_CONCAT_(a, b)
#define GOPHERCAP_TRY_(tmp, decl, expr) \
  auto tmp = (expr);                    \
  if (!tmp) [[unlikely]]                \
    return std::move(tmp).error();      \
  decl = *std::move(tmp)
#define TRY(decl, expr) GOPHERCAP_TRY_(GOPHERCAP_CONCAT(try_, __LINE__), decl, expr)
#define TRY_VOID(expr)                                      \
  do {                                                      \
    if (auto try_result = (expr); !try_result) [[unlikely]] \
      return std::move(try_result).error();                 \
  } while (false)
