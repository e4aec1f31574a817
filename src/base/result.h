// Result<T>: a value or an Error. The only way in which functions of this project fail.
//
// Why not std::expected: it needs C++23, where clang 14 has none, and clang is kept for tidy,
// thread-safety analysis and fuzzing. Our own name makes the later switch a change of this file.
//
//   Result<Fd> fd = open_file(path);          if (!fd) return fd.error().with_context(path);
//   TRY(Fd fd, open_file(path));              // same, without the context
//   TRY_VOID(file.sync());
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <utility>

namespace gophercap {

enum class Errc : uint8_t {
  kIo,               // the operating system refused or failed; Error::sys has errno
  kTruncated,        // input ends in the middle of something
  kCorrupt,          // input contradicts its format
  kUnsupported,      // well-formed, but not something we read
  kNotFound,         // no such file, interface, entry
  kPermission,       // EACCES, EPERM
  kNoSpace,          // ENOSPC, EDQUOT
  kNoMemory,         // ENOMEM, or an allocation that failed
  kMemoryBound,      // takes more memory than --memory gives
  kInvalidArgument,  // the caller's (in the end: the user's) value is wrong
  kCancelled,        // a stop was asked for
  kInternal,         // our bug
};

// "io", "truncated", …: stable words, used in JSON output.
std::string_view to_string(Errc code) noexcept;

struct [[nodiscard]] Error {
  Errc code = Errc::kInternal;
  int sys = 0;  // errno, 0 where there is none
  std::string what{};

  // "<context>: <what>". Each boundary adds the object that it knows; what has come from a boundary
  // further down that knew it too has it already, and is left as it is.
  Error with_context(std::string_view context) const;
};

// The one place where errno becomes an Error: "<context>: <strerror>".
Error errno_error(int sys, std::string_view context);

// "<object>: out of memory". Where there is none for the words either, it is without the object.
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
