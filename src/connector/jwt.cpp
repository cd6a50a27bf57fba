#include "connector/jwt.h"

#include <fcntl.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cerrno>
#include <cstring>

#include "value/encoding.h"
#include "value/json.h"

namespace lockstep::connector {
namespace {

/// A PEM key of 16 384 bits is 13 KiB; what is longer is another file.
constexpr std::size_t key_file_bytes_max = 64u << 10;

Unexpected invalid(const std::string& name, std::string_view what) {
    return fail(ErrorCode::key_file_invalid, "the private key file " + std::string(what) + ": " + name);
}

struct File {
    std::string text;
    mode_t mode = 0;
};

Result<File> read_key_file(const std::string& path) {
    int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (descriptor < 0)
        return invalid(path, errno == ENOENT ? std::string("does not exist") : std::string("cannot be read, ") + std::strerror(errno));
    std::unique_ptr<int, void (*)(int*)> closer(&descriptor, [](int* d) { ::close(*d); });
    struct stat status{};
    if (::fstat(descriptor, &status) != 0 || !S_ISREG(status.st_mode)) return invalid(path, "is not a regular file");
    if (static_cast<std::size_t>(status.st_size) > key_file_bytes_max) return invalid(path, "is too large for a key");
    File file{std::string(static_cast<std::size_t>(status.st_size), '\0'), status.st_mode};
    ssize_t size = ::read(descriptor, file.text.data(), file.text.size());
    if (size < 0) return invalid(path, std::string("cannot be read, ") + std::strerror(errno));
    file.text.resize(static_cast<std::size_t>(size));
    return file;
}

/// Never asks at the terminal, which is what OpenSSL does by itself.
int no_passphrase(char*, int, int, void* asked) {
    *static_cast<bool*>(asked) = true;
    return -1;
}

/// Says what a text that holds no usable private key is, as far as its PEM labels tell.
std::string_view what_it_is(std::string_view pem, bool passphrase_wanted) {
    if (passphrase_wanted) return "is protected by a passphrase; store it without one and guard the file instead";
    if (pem.empty()) return "is empty";
    auto has = [&](std::string_view label) { return pem.find(label) != std::string_view::npos; };
    if (has("PRIVATE KEY-----")) return "is damaged, its PEM text cannot be decoded";
    if (has("-----BEGIN CERTIFICATE")) return "holds a certificate, not a private key";
    if (has("-----BEGIN PUBLIC KEY") || has("-----BEGIN RSA PUBLIC KEY")) return "holds a public key, not a private one";
    return "is not PEM, it has no line -----BEGIN PRIVATE KEY-----";
}

EVP_PKEY* as_key(const std::shared_ptr<void>& key) { return static_cast<EVP_PKEY*>(key.get()); }

}  // namespace

Result<SigningKey> SigningKey::load(const std::string& path) {
    LS_TRY_ASSIGN(File file, read_key_file(path));
    LS_TRY_ASSIGN(SigningKey key, from_pem(file.text, path));
    OPENSSL_cleanse(file.text.data(), file.text.size());
    if (file.mode & (S_IROTH | S_IWOTH))
        key.warning_ = "the private key file can be read by every user of this machine (chmod 600 mends it): " + path;
    return key;
}

Result<SigningKey> SigningKey::from_pem(std::string_view pem, const std::string& name) {
    std::unique_ptr<BIO, decltype(&BIO_free)> bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), BIO_free);
    bool passphrase_wanted = false;
    EVP_PKEY* read = bio ? PEM_read_bio_PrivateKey(bio.get(), nullptr, no_passphrase, &passphrase_wanted) : nullptr;
    ERR_clear_error();
    if (!read) return invalid(name, what_it_is(pem, passphrase_wanted));
    std::shared_ptr<void> key(read, [](void* k) { EVP_PKEY_free(static_cast<EVP_PKEY*>(k)); });
    if (EVP_PKEY_base_id(read) != EVP_PKEY_RSA) return invalid(name, "holds a key that is not RSA");
    return SigningKey(std::move(key));
}

Result<std::string> SigningKey::sign(std::string_view text) const {
    std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
    const auto* bytes = reinterpret_cast<const unsigned char*>(text.data());
    std::string signature;
    std::size_t size = 0;
    bool good = context && EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, as_key(key_)) == 1 &&
                EVP_DigestSign(context.get(), nullptr, &size, bytes, text.size()) == 1;
    if (good) {
        signature.resize(size);
        good = EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &size, bytes, text.size()) == 1;
    }
    ERR_clear_error();
    if (!good) return fail(ErrorCode::internal, "the private key cannot sign");
    signature.resize(size);
    return signature;
}

Result<std::string> make_jwt(const SigningKey& key, const Map& claims) {
    std::string token = encoding::base64url(R"({"alg":"RS256"})") + "." + encoding::base64url(json::write(claims));
    LS_TRY_ASSIGN(std::string signature, key.sign(token));
    return token + "." + encoding::base64url(signature);
}

}  // namespace lockstep::connector
