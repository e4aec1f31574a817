#include "base/words.h"

#include <gtest/gtest.h>

#include <array>
#include <optional>

namespace gophercap {
namespace {

enum class Fruit : unsigned char { kApple, kPear, kNameless };

constexpr auto words_of(Fruit) noexcept {
  return std::to_array<Word<Fruit>>({{Fruit::kApple, "apple"}, {Fruit::kPear, "pear"}});
}

TEST(Words, LeadBothWays) {
  static_assert(word_of(Fruit::kPear) == "pear");
  EXPECT_EQ(word_of(Fruit::kNameless), "");
  EXPECT_EQ(value_of_word<Fruit>("apple"), Fruit::kApple);
  EXPECT_EQ(value_of_word<Fruit>("Apple"), std::nullopt);
  EXPECT_EQ(value_of_word<Fruit>(""), std::nullopt);
}

}  // namespace
}  // namespace gophercap
