#include "base/result.h"

#include <cerrno>
#include <new>
#include <system_error>

namespace gophercap {

std::string_view to_string(Errc code) noexcept {
  switch (code) {
    case Errc::kIo:
      return "io";
    case Errc::kTruncated:
      return "truncated";
    case Errc::kCorrupt:
      return "corrupt";
    case Errc::kUnsupported:
      return "unsupported";
    case Errc::kNotFound:
      return "not_found";
    case Errc::kPermission:
      return "permission";
    case Errc::kNoSpace:
      return "no_space";
    case Errc::kNoMemory:
      return "no_memory";
    case Errc::kMemoryBound:
      return "memory_bound";
    case Errc::kInvalidArgument:
      return "invalid_argument";
    case Errc::kCancelled:
      return "cancelled";
    case Errc::kInternal:
      return "internal";
  }
  return "unknown";
}

Error Error::with_context(std::string_view context) const {
  std::string text(context);
  text += ": ";
  if (what.starts_with(text)) return *this;
  text += what;
  return {code, sys, std::move(text)};
}

Error errno_error(int sys, std::string_view context) {
  Errc code = Errc::kIo;
  switch (sys) {
    case ENOENT:
    case ENOTDIR:
    case ENODEV:
    case ENXIO:
      code = Errc::kNotFound;
      break;
    case EACCES:
    case EPERM:
      code = Errc::kPermission;
      break;
    case ENOSPC:
    case EDQUOT:
      code = Errc::kNoSpace;
      break;
    case ENOMEM:
      return out_of_memory(context);
    default:
      break;
  }
  std::string text(context);
  if (!text.empty()) text += ": ";
  text += std::generic_category().message(sys);
  return {code, sys, std::move(text)};
}

Error out_of_memory(std::string_view object) noexcept {
  constexpr std::string_view kWords = "out of memory";
  Error error{Errc::kNoMemory, ENOMEM};
  try {
    std::string text(object);
    if (!text.empty()) text += ": ";
    text += kWords;
    error.what = std::move(text);
  } catch (const std::bad_alloc&) {
    error.what = kWords;  // short enough for the string's own buffer, so it does not allocate
  }
  return error;
}

}  // namespace gophercap
