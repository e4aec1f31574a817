#include "dataset/find/path_pattern.h"

#include <re2/re2.h>
#ifdef GOPHERCAP_RE2_USES_ABSEIL
#include <absl/synchronization/mutex.h>
#endif

#include <utility>

#include "base/characters.h"
#include "base/mutex.h"

namespace gophercap::dataset {
namespace {

// Abseil, which RE2 uses in Debian 13, aborts if it cannot allocate memory for its bookkeeping of
// locks: for deadlock detection, which Debian's build enables, and for a thread that has to wait.
// So the former is turned off, and calls are serialized so that no thread waits.
void keep_nothing_of_locks() noexcept {
#ifdef GOPHERCAP_RE2_USES_ABSEIL
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
#endif
}

}  // namespace

class PathPattern::Matcher {
 public:
  explicit Matcher(const std::string& regexp) : regexp_(regexp, re2::RE2::Quiet) {}

  bool ok() const { return regexp_.ok(); }
  const std::string& error() const { return regexp_.error(); }
  bool matches(std::string_view text) {
    const MutexLock lock(mutex_);
    return re2::RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), regexp_);
  }

 private:
  Mutex mutex_;
  const re2::RE2 regexp_;
};

PathPattern::PathPattern(std::unique_ptr<Matcher> matcher) : matcher_(std::move(matcher)) {}
PathPattern::~PathPattern() = default;
PathPattern::PathPattern(PathPattern&&) noexcept = default;
PathPattern& PathPattern::operator=(PathPattern&&) noexcept = default;

Result<PathPattern> PathPattern::make(const std::string& regexp) {
  keep_nothing_of_locks();
  auto matcher = std::make_unique<Matcher>(regexp);
  if (!matcher->ok()) return Error{Errc::kInvalidArgument, 0, matcher->error()};
  return PathPattern(std::move(matcher));
}

bool PathPattern::matches(std::string_view path) const {
  if (matcher_->matches(path)) return true;
  constexpr std::string_view kReplacement = "\xef\xbf\xbd";
  std::string text;
  bool all_valid = true;
  while (!path.empty()) {
    const Character character = first_character(path);
    text += character.valid ? character.bytes : kReplacement;
    all_valid = all_valid && character.valid;
    path.remove_prefix(character.bytes.size());
  }
  return !all_valid && matcher_->matches(text);
}

}  // namespace gophercap::dataset
