#pragma once

#include "expr/function.h"

/// One function a file of this folder: what that family adds to the language.
namespace lockstep::expr::functions {

std::vector<Function> conversions();
std::vector<Function> collections();
std::vector<Function> dates();
std::vector<Function> encoders();
std::vector<Function> formats();
std::vector<Function> lookups();
std::vector<Function> materials();
std::vector<Function> math();
std::vector<Function> numbers();
std::vector<Function> optionals();
std::vector<Function> record_ids();
std::vector<Function> regular_expressions();
std::vector<Function> strings();
std::vector<Function> texts();
std::vector<Function> timestamps();

}  // namespace lockstep::expr::functions
