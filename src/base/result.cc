#include "base/result.h"

#include <cerrno>
#include <new>
#include <system_error>

namespace gophercap {

std::string_view Error::what_without(std::string_view context) const noexcept {
  constexpr std::string_view kSeparator = ": ";
  std::string_view rest = what;
  if (!rest.starts_with(context)) return what;
  rest.remove_prefix(context.size());
  if (!rest.starts_with(kSeparator)) return what;
  rest.remove_prefix(kSeparator.size());
  return rest;
}

Error Error::with_context(std::string_view context) const {
  if (what_without(context).size() != what.size()) return *this;
  Error error = *this;
  error.what.insert(0, ": ").insert(0, context);
  return error;
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
