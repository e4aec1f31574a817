#include "base/shortage.h"

#include <utility>

namespace gophercap {
namespace {

constinit thread_local std::string_view at_work;

}  // namespace

std::string_view object_at_work() noexcept {
  return at_work;
}

ObjectAtWork::ObjectAtWork(std::string_view object) noexcept
    : before_(std::exchange(at_work, object)) {}

ObjectAtWork::~ObjectAtWork() {
  at_work = before_;
}

}  // namespace gophercap
