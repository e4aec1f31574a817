// Paths gone name by name, from descriptor to descriptor, so that nobody can put a symbolic link
// into the way between a look and the use of what was looked at.
#pragma once

#include <sys/stat.h>

#include <optional>
#include <string>
#include <string_view>

#include "base/fd.h"
#include "base/result.h"

namespace gophercap::io {

// Whether the word of this user counts where everybody may put files: root, who runs this, and who
// called sudo (SUDO_UID, as root only). The environment and the real user of a program that has
// more rights than who calls it count for nothing.
bool is_trusted_owner(uid_t owner) noexcept;

// "belongs to another user (uid 1000)".
std::string of_another_user(uid_t owner);

// How errors end that say what was not done because of an owner.
inline constexpr std::string_view kNotRead = "; it is not read";
inline constexpr std::string_view kNotWritten = "; nothing is written through it";

enum class Purpose {
  kRead,   // symbolic links of others are followed, but for those behind a shared folder
  kWrite,  // no symbolic link of another user is followed, wherever it lies
};

struct WalkEnd {
  Fd folder;         // O_PATH
  std::string name;  // in it; "." where the path ends with a folder
  // Of what is there, which is no symbolic link but where by_kernel is set. None: nothing is there.
  std::optional<struct stat> facts;
  // The way led through a shared folder: one where everybody may put files, and none take those of
  // others away (world-writable and sticky, as /tmp).
  bool shared = false;
  // `name` is a link of /proc to something that may have no path (a pipe, say): open() has to
  // follow it.
  bool by_kernel = false;

  // For the last argument of openat().
  int no_follow() const noexcept;
};

// Errors: with `path` in front; kPermission for a link that is not followed.
Result<WalkEnd> walk(const std::string& path, Purpose purpose);

// The folder at `path` for what is to be written into it, made where it is missing, with those
// above it.
Result<Fd> make_folder(const std::string& path);

}  // namespace gophercap::io
